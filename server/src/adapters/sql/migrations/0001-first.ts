import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The first schema. Ids of courses, lectures and sources are unique for their owner; everything below a course goes
 * with it (`on delete cascade`).
 *
 * The way back: restore the backup taken before the first start, or drop these tables in the reverse order
 * (replies, job_events, jobs, exports, artifacts, step_output_uses, step_output_parts, step_outputs, transcripts,
 * sources, lectures, courses) and delete the row `0001-first` of kysely_migration. All data is lost by that.
 */
export const first: Migration = {
  // Migrations see the tables as they were then, never today's types.
  async up(db: Kysely<unknown>): Promise<void> {
    await createLibrary(db);
    await createTexts(db);
    await createMade(db);
    await createJobs(db);
    await db.schema
      .createTable('replies')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('fingerprint', 'text', (c) => c.notNull())
      .addColumn('reserved_at', 'bigint', (c) => c.notNull())
      .addColumn('status', 'integer')
      .addColumn('body', 'text')
      .addPrimaryKeyConstraint('replies_pk', ['owner_id', 'key'])
      .execute();
    await db.schema.createIndex('replies_age').on('replies').column('reserved_at').execute();
  },
};

async function createLibrary(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('courses')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('courses_pk', ['owner_id', 'id'])
    .execute();
  await db.schema
    .createTable('lectures')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('course_id', 'text', (c) => c.notNull())
    .addColumn('preset_id', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('lectures_pk', ['owner_id', 'id'])
    .addForeignKeyConstraint('lectures_course', ['owner_id', 'course_id'], 'courses', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createTable('sources')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('lecture_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('file_name', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('blob_key', 'text', (c) => c.notNull())
    .addColumn('duration_ms', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('sources_pk', ['owner_id', 'id'])
    .addForeignKeyConstraint('sources_lecture', ['owner_id', 'lecture_id'], 'lectures', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('courses_newest').on('courses').columns(['owner_id', 'created_at', 'id']).execute();
  await db.schema.createIndex('lectures_newest').on('lectures').columns(['owner_id', 'created_at', 'id']).execute();
  await db.schema
    .createIndex('lectures_of_course')
    .on('lectures')
    .columns(['owner_id', 'course_id', 'created_at', 'id'])
    .execute();
  await db.schema.createIndex('sources_of_lecture').on('sources').columns(['owner_id', 'lecture_id', 'created_at']).execute();
}

async function createTexts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('transcripts')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('lecture_id', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('language', 'text', (c) => c.notNull())
    .addColumn('duration_ms', 'bigint', (c) => c.notNull())
    .addColumn('draft_quality', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    // Last on purpose: SQLite reads the columns before it without touching the pages that hold the words.
    .addColumn('segments_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('transcripts_pk', ['owner_id', 'source_id', 'version'])
    .addForeignKeyConstraint('transcripts_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('transcripts_of_lecture').on('transcripts').columns(['owner_id', 'lecture_id']).execute();
  await db.schema
    .createTable('step_outputs')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('step', 'text', (c) => c.notNull())
    .addColumn('complete', 'integer', (c) => c.notNull())
    .addColumn('body_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('step_outputs_pk', ['owner_id', 'key'])
    .execute();
  await db.schema
    .createTable('step_output_parts')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('body_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('step_output_parts_pk', ['owner_id', 'key', 'position'])
    .addForeignKeyConstraint('step_output_parts_output', ['owner_id', 'key'], 'step_outputs', ['owner_id', 'key'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createTable('step_output_uses')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('step_output_uses_pk', ['owner_id', 'key', 'source_id'])
    .addForeignKeyConstraint('step_output_uses_output', ['owner_id', 'key'], 'step_outputs', ['owner_id', 'key'], (fk) =>
      fk.onDelete('cascade'),
    )
    .addForeignKeyConstraint('step_output_uses_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('step_output_uses_of_source').on('step_output_uses').columns(['owner_id', 'source_id']).execute();
}

async function createMade(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('artifacts')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('lecture_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('preset_id', 'text', (c) => c.notNull())
    .addColumn('transcript_version', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('content_json', 'text', (c) => c.notNull())
    .addColumn('citations_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('artifacts_pk', ['owner_id', 'id'])
    .addForeignKeyConstraint('artifacts_lecture', ['owner_id', 'lecture_id'], 'lectures', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('artifacts_of_lecture')
    .on('artifacts')
    .columns(['owner_id', 'lecture_id', 'kind', 'preset_id'])
    .execute();
  await db.schema
    .createTable('exports')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('lecture_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('blob_key', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('file_name', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('exports_pk', ['owner_id', 'lecture_id', 'type'])
    .addForeignKeyConstraint('exports_lecture', ['owner_id', 'lecture_id'], 'lectures', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
}

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('lecture_id', 'text')
    .addColumn('source_id', 'text')
    .addColumn('parent_job_id', 'text')
    .addColumn('payload_json', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('progress', 'double precision', (c) => c.notNull())
    .addColumn('message', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('max_attempts', 'integer', (c) => c.notNull())
    .addColumn('timeout_ms', 'bigint', (c) => c.notNull())
    .addColumn('executed_by', 'text')
    .addColumn('transitions_json', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('run_after', 'bigint', (c) => c.notNull())
    .addColumn('cancel_requested', 'integer', (c) => c.notNull())
    .addColumn('lease_worker_id', 'text')
    .addColumn('lease_expires_at', 'bigint')
    .addColumn('last_token', 'integer', (c) => c.notNull())
    .addColumn('result_json', 'text', (c) => c.notNull())
    .addColumn('error_json', 'text', (c) => c.notNull())
    .addColumn('dead_lettered_at', 'bigint')
    .addColumn('cause', 'text')
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('last_event_seq', 'integer', (c) => c.notNull())
    .addForeignKeyConstraint('jobs_lecture', ['owner_id', 'lecture_id'], 'lectures', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .addForeignKeyConstraint('jobs_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('jobs_newest').on('jobs').columns(['owner_id', 'created_at', 'id']).execute();
  await db.schema.createIndex('jobs_waiting').on('jobs').columns(['status', 'created_at', 'id']).execute();
  await db.schema.createIndex('jobs_of_lecture').on('jobs').columns(['owner_id', 'lecture_id', 'created_at']).execute();
  await db.schema.createIndex('jobs_of_source').on('jobs').columns(['owner_id', 'source_id']).execute();
  await db.schema.createIndex('jobs_of_parent').on('jobs').column('parent_job_id').execute();
  await db.schema.createIndex('jobs_finished').on('jobs').column('finished_at').execute();
  await db.schema
    .createTable('job_events')
    .addColumn('job_id', 'text', (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('data_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('job_events_pk', ['job_id', 'seq'])
    .execute();
}
