import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Presets that people made, and by which version of a preset an artifact was made.
 *
 * The way back: drop the table `presets` and the column `artifacts.preset_version`, and delete the row `0009-presets` of
 * kysely_migration. Own presets are lost by that; artifacts stay.
 */
export const presets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('presets')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('artifacts_json', 'text', (c) => c.notNull())
      .addColumn('length', 'double precision', (c) => c.notNull())
      .addColumn('language', 'text')
      .addColumn('tone', 'text')
      .addColumn('instructions', 'text')
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('presets_pk', ['owner_id', 'id'])
      .execute();
    await db.schema
      .alterTable('artifacts')
      .addColumn('preset_version', 'integer', (c) => c.notNull().defaultTo(1))
      .execute();
  },
};
