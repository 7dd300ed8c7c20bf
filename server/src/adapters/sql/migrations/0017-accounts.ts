import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * People, their sessions and keys, what they share, and what they did. `users`, `sessions`, `sign_ins` and `verifications` are written by
 * better-auth (adapters/better-auth): its times are ISO texts and its flags 0 or 1 on every database, so that a copy is the same.
 *
 * The way back: drop the eight tables and delete the row `0017-accounts` of kysely_migration. Accounts, keys and shares are lost by
 * that; what people own stays, under their ids.
 */
export const accounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await signIn(db);
    await access(db);
  },
};

async function signIn(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('email_verified', 'integer', (c) => c.notNull())
    .addColumn('image', 'text')
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('banned', 'integer')
    .addColumn('ban_reason', 'text')
    .addColumn('ban_expires', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  const ofUser = (table: string) =>
    db.schema
      .createTable(table)
      .addColumn('id', 'text', (c) => c.notNull().primaryKey())
      .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull());
  await ofUser('sessions')
    .addColumn('token', 'text', (c) => c.notNull().unique())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('ip_address', 'text')
    .addColumn('user_agent', 'text')
    .addColumn('impersonated_by', 'text')
    .execute();
  await ofUser('sign_ins')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('provider_id', 'text', (c) => c.notNull())
    .addColumn('access_token', 'text')
    .addColumn('refresh_token', 'text')
    .addColumn('id_token', 'text')
    .addColumn('access_token_expires_at', 'text')
    .addColumn('refresh_token_expires_at', 'text')
    .addColumn('scope', 'text')
    .addColumn('password', 'text')
    .addUniqueConstraint('sign_ins_provider', ['provider_id', 'account_id'])
    .execute();
  await db.schema
    .createTable('verifications')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('identifier', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
  await db.schema.createIndex('sign_ins_user').on('sign_ins').column('user_id').execute();
  await db.schema.createIndex('verifications_identifier').on('verifications').column('identifier').execute();
}

async function access(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('start', 'text', (c) => c.notNull())
    .addColumn('permissions_json', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema.createIndex('api_keys_owner').on('api_keys').columns(['owner_id', 'created_at', 'id']).execute();
  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('email', 'text')
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('course_shares')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('owner_id', 'text', (c) => c.notNull())
    .addColumn('course_id', 'text', (c) => c.notNull())
    .addColumn('share_right', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text')
    .addColumn('hash', 'text', (c) => c.unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addForeignKeyConstraint('course_shares_course', ['owner_id', 'course_id'], 'courses', ['owner_id', 'id'], (fk) =>
      fk.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('course_shares_person')
    .on('course_shares')
    .columns(['person_id', 'owner_id', 'course_id'])
    .unique()
    .where(sql.ref('person_id'), 'is not', null)
    .execute();
  await db.schema.createIndex('course_shares_course').on('course_shares').columns(['owner_id', 'course_id']).execute();
  await db.schema
    .createTable('audit_events')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('person_id', 'text')
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text')
    .addColumn('address', 'text')
    .addColumn('details_json', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('audit_events_time').on('audit_events').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('audit_events_person').on('audit_events').columns(['person_id', 'created_at', 'id']).execute();
}
