import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Which job works on which part of a step output, so that several workers share one recording.
 *
 * The way back: drop the table and delete the row `0004-part-holders` of kysely_migration. Nothing is lost by that: jobs in
 * work reserve their parts anew.
 */
export const partHolders: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('step_output_holders')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('job_id', 'text', (c) => c.notNull())
      .addColumn('token', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('step_output_holders_pk', ['owner_id', 'key', 'position'])
      .addForeignKeyConstraint('step_output_holders_output', ['owner_id', 'key'], 'step_outputs', ['owner_id', 'key'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
