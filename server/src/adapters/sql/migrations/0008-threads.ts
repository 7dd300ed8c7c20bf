import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Conversations with their messages.
 *
 * The way back: drop the tables `messages` and `threads`, and delete the row `0008-threads` of kysely_migration. All
 * conversations are lost by that.
 */
export const threads: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('threads')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('about_json', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .addColumn('deleted_at', 'bigint')
      .addPrimaryKeyConstraint('threads_pk', ['owner_id', 'id'])
      .execute();
    await db.schema.createIndex('threads_by_age').on('threads').columns(['owner_id', 'updated_at', 'id']).execute();
    await db.schema.createIndex('threads_in_trash').on('threads').column('deleted_at').execute();
    await db.schema
      .createTable('messages')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('thread_id', 'text', (c) => c.notNull())
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('role', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('supported', 'integer')
      .addColumn('citations_json', 'text', (c) => c.notNull())
      .addColumn('unsupported_json', 'text', (c) => c.notNull())
      .addColumn('engine', 'text')
      .addColumn('model', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('messages_pk', ['owner_id', 'thread_id', 'seq'])
      .addForeignKeyConstraint('messages_thread', ['owner_id', 'thread_id'], 'threads', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
