import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What people made of an artifact, apart from what was generated; what an artifact cost, from which texts it was made
 * and what was left out of it for want of a true citation; artifacts in the trash.
 *
 * The way back: drop the table `artifact_edits` and the columns `usage_json`, `texts_json`, `unsupported_json` and `deleted_at` of
 * `artifacts`, and delete the row `0011-artifact-edits` of kysely_migration. Edits are lost by that, and artifacts in the
 * trash come back.
 */
export const artifactEdits: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const artifacts = () => db.schema.alterTable('artifacts');
    await artifacts().addColumn('usage_json', 'text').execute();
    await artifacts()
      .addColumn('texts_json', 'text', (c) => c.notNull().defaultTo('[]'))
      .execute();
    await artifacts()
      .addColumn('unsupported_json', 'text', (c) => c.notNull().defaultTo('[]'))
      .execute();
    await artifacts().addColumn('deleted_at', 'bigint').execute();
    await db.schema
      .createTable('artifact_edits')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('artifact_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('author', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('origin_version', 'integer')
      .addColumn('origin_artifact_id', 'text')
      // Last on purpose: the history is read without them.
      .addColumn('content_json', 'text', (c) => c.notNull())
      .addColumn('citations_json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('artifact_edits_pk', ['owner_id', 'artifact_id', 'version'])
      .addForeignKeyConstraint('artifact_edits_artifact', ['owner_id', 'artifact_id'], 'artifacts', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
