import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Recordings that are made at this moment, the moments marked in them, and the draft of what is said.
 *
 * The way back: drop the tables `live_lines`, `live_marks` and `live_recordings` and delete the row `0015-live-recordings` of
 * kysely_migration. Marks are lost by that, and recordings that are still open are given up a day later; finished ones stay.
 */
export const liveRecordings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('live_recordings')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('lecture_id', 'text', (c) => c.notNull())
      .addColumn('upload_id', 'text', (c) => c.notNull())
      .addColumn('format', 'text', (c) => c.notNull())
      .addColumn('language', 'text')
      .addColumn('engine', 'text')
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('sound_at', 'bigint', (c) => c.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('heard_ms', 'bigint', (c) => c.notNull())
      .addColumn('job_id', 'text')
      .addColumn('source_id', 'text')
      .addColumn('error_json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('live_recordings_pk', ['owner_id', 'id'])
      .addForeignKeyConstraint('live_recordings_lecture', ['owner_id', 'lecture_id'], 'lectures', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
    await db.schema.createIndex('live_recordings_open').on('live_recordings').columns(['status', 'sound_at']).execute();
    await db.schema.createIndex('live_recordings_lectures').on('live_recordings').columns(['owner_id', 'lecture_id']).execute();
    await db.schema
      .createTable('live_marks')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('live_id', 'text', (c) => c.notNull())
      .addColumn('lecture_id', 'text', (c) => c.notNull())
      .addColumn('at_ms', 'bigint', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('note', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('live_marks_pk', ['owner_id', 'id'])
      .addForeignKeyConstraint('live_marks_live', ['owner_id', 'live_id'], 'live_recordings', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
    await db.schema.createIndex('live_marks_lectures').on('live_marks').columns(['owner_id', 'lecture_id', 'at_ms']).execute();
    await db.schema.createIndex('live_marks_lives').on('live_marks').columns(['owner_id', 'live_id']).execute();
    await db.schema
      .createTable('live_lines')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('live_id', 'text', (c) => c.notNull())
      .addColumn('start_ms', 'bigint', (c) => c.notNull())
      .addColumn('end_ms', 'bigint', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('live_lines_pk', ['owner_id', 'live_id', 'start_ms'])
      .addForeignKeyConstraint('live_lines_live', ['owner_id', 'live_id'], 'live_recordings', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
