import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Lectures that retention leaves alone, and what retention did to a recording: its sound or its words are in the
 * trash, gone, or were taken out again.
 *
 * The way back: drop the table `holdings` and the column `lectures.pinned`, and delete the row `0003-lecture-pin` of
 * kysely_migration. Pins are lost by that, and what is in the trash by retention is out of it.
 */
export const lecturePin: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('lectures')
      .addColumn('pinned', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('holdings')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('holding', 'text', (c) => c.notNull())
      .addColumn('trashed_at', 'bigint')
      .addColumn('restored_at', 'bigint')
      .addColumn('gone_at', 'bigint')
      .addColumn('cleaned_at', 'bigint')
      .addColumn('up_to_version', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('holdings_pk', ['owner_id', 'source_id', 'holding'])
      .addForeignKeyConstraint('holdings_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
    await db.schema.createIndex('holdings_in_trash').on('holdings').column('trashed_at').execute();
    await db.schema.createIndex('jobs_dead').on('jobs').columns(['dead_lettered_at', 'created_at', 'id']).execute();
  },
};
