import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Jobs are taken in a fair order instead of by age: `rank`, and the estimate that it is made from.
 *
 * The way back: drop the indexes `jobs_order` and `jobs_waiting_work` and the two columns, make `jobs_waiting` on (status, created_at, id) again, and delete the row `0005-job-order` of
 * kysely_migration. Jobs are then taken by age; nothing is lost.
 */
export const jobOrder: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('jobs')
      .addColumn('estimate_ms', 'bigint', (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema
      .alterTable('jobs')
      .addColumn('rank', 'bigint', (c) => c.notNull().defaultTo(0))
      .execute();
    await sql`update jobs set rank = created_at`.execute(db);
    // All that choosing the next job asks for, so that it reads the index alone.
    await db.schema
      .createIndex('jobs_order')
      .on('jobs')
      .columns(['status', 'rank', 'id', 'kind', 'run_after', 'lease_expires_at'])
      .execute();
    await db.schema.dropIndex('jobs_waiting').execute();
    await db.schema.createIndex('jobs_waiting_work').on('jobs').columns(['owner_id', 'kind', 'status', 'estimate_ms']).execute();
  },
};
