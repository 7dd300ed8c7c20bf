import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Versions of a transcript that lay corrections and speakers over the words of another version: only what is laid over is kept.
 *
 * The way back: delete the transcripts that have a row in `transcript_revisions`, drop that table and delete the row
 * `0013-corrections` of kysely_migration. Corrections are lost by that, what engines heard is not.
 */
export const corrections: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('transcript_revisions')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('change_json', 'text', (c) => c.notNull())
      .addColumn('revision_json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('transcript_revisions_pk', ['owner_id', 'source_id', 'version'])
      .addForeignKeyConstraint(
        'transcript_revisions_transcript',
        ['owner_id', 'source_id', 'version'],
        'transcripts',
        ['owner_id', 'source_id', 'version'],
        (fk) => fk.onDelete('cascade'),
      )
      .execute();
  },
};
