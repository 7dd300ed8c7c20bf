import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Who the labels in transcripts are: names, and what engines know of voices.
 *
 * The way back: drop the table `speakers` and delete the row `0014-speakers` of kysely_migration. Names are lost by that; who speaks
 * when stays in the transcripts.
 */
export const speakers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('speakers')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('name', 'text')
      .addColumn('by_voice', 'integer', (c) => c.notNull())
      .addColumn('colour', 'integer', (c) => c.notNull())
      .addColumn('engine', 'text')
      .addColumn('approximate', 'integer', (c) => c.notNull())
      .addColumn('speech_ms', 'bigint', (c) => c.notNull())
      .addColumn('voice_json', 'text')
      .addPrimaryKeyConstraint('speakers_pk', ['owner_id', 'source_id', 'label'])
      .addForeignKeyConstraint('speakers_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
