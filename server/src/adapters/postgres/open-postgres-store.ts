import { CamelCasePlugin, Kysely } from 'kysely';
import type pg from 'pg';
import type { Log } from '../../core/ports/log.ts';
import type { Store } from '../../core/ports/store.ts';
import { migrate } from '../sql/migrate.ts';
import { sqlStore } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { fromPostgresError, isConflict } from './postgres-errors.ts';

/**
 * Opens the store in a PostgreSQL database and brings its schema up to date, under an advisory lock: of many processes that
 * start together one does it. Closing the store ends the pool.
 *
 * @throws AppError `database_unavailable` with the cure: away, no such database, not let in, newer than this code
 */
export async function openPostgresStore({ pool, log }: { pool: pg.Pool; log: Log }): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: postgresDialect(pool), plugins: [new CamelCasePlugin()] });
  try {
    const applied = await migrate(db);
    if (applied.length > 0) log.info('application', 'database.migrated', { migrations: applied });
  } catch (error) {
    await db.destroy();
    throw fromPostgresError(error);
  }
  let closing: Promise<void> | null = null;
  return sqlStore(db, {
    kind: 'postgresql',
    isConflict,
    async check() {
      await db.selectFrom('jobs').select('id').where('id', '=', '').execute();
    },
    close: () => (closing ??= db.destroy()),
  });
}
