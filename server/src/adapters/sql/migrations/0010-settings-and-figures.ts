import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What people set at run time, answers and vectors that were made before, and what was used.
 *
 * The way back: drop the tables `settings`, `cache_entries`, `model_uses` and `tallies`, and delete the row
 * `0010-settings-and-figures` of kysely_migration. Profiles, switches and figures are lost by that; the cache fills again.
 */
export const settingsAndFigures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('settings')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('group_name', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('value_json', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('settings_pk', ['owner_id', 'group_name', 'name'])
      .execute();
    await addCache(db);
    await addFigures(db);
  },
};

async function addCache(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('cache_entries')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('cache_entries_pk', ['owner_id', 'kind', 'key'])
    .execute();
  await db.schema.createIndex('cache_entries_expiry').on('cache_entries').column('expires_at').execute();
  await db.schema.createIndex('cache_entries_age').on('cache_entries').columns(['owner_id', 'kind', 'created_at']).execute();
}

async function addFigures(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('model_uses')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('calls', 'bigint', (c) => c.notNull())
    .addColumn('input_tokens', 'bigint', (c) => c.notNull())
    .addColumn('output_tokens', 'bigint', (c) => c.notNull())
    .addColumn('cost_usd', 'double precision', (c) => c.notNull())
    .addColumn('unpriced_calls', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('model_uses_pk', ['owner_id', 'day', 'engine', 'model', 'purpose'])
    .execute();
  await db.schema
    .createTable('tallies')
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('count', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('tallies_pk', ['owner_id', 'name'])
    .execute();
}
