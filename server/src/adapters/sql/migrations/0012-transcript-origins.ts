import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Where the versions of a transcript come from and how they were made. A table of its own: columns behind the words
 * would make SQLite read through them for every head.
 *
 * The way back: drop the table `transcript_origins` and delete the row `0012-transcript-origins` of kysely_migration.
 * Which versions were imported or corrected is lost by that, their words are not.
 */
export const transcriptOrigins: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('transcript_origins')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('base_version', 'integer')
      .addColumn('task', 'text', (c) => c.notNull())
      .addColumn('findings_json', 'text')
      .addPrimaryKeyConstraint('transcript_origins_pk', ['owner_id', 'source_id', 'version'])
      .addForeignKeyConstraint(
        'transcript_origins_transcript',
        ['owner_id', 'source_id', 'version'],
        'transcripts',
        ['owner_id', 'source_id', 'version'],
        (fk) => fk.onDelete('cascade'),
      )
      .execute();
    await sql`insert into transcript_origins (owner_id, source_id, version, origin, base_version, task, findings_json)
      select owner_id, source_id, version, case when engine = 'captions' then 'import' else 'machine' end, null, 'transcribe', null
      from transcripts`.execute(db);
  },
};
