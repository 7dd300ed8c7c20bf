import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { CamelCasePlugin, Kysely } from 'kysely';
import { AppError } from '../../core/domain/app-error.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Store } from '../../core/ports/store.ts';
import { migrate } from '../sql/migrate.ts';
import { sqlStore } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import { makeFolderSync } from '../system/make-folder.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { fromSqliteError } from './sqlite-errors.ts';
import { walSync } from './wal-sync.ts';

/**
 * Opens the store in a SQLite file, making the file and its folder, and brings its schema up to date.
 * Several processes may open the same file.
 *
 * @throws AppError `database_unavailable` with the cure: not a database, newer than this code, not writable
 * @example const store = await openSqliteStore({ path: '/var/lib/scholium/scholium.db', log });
 */
export async function openSqliteStore({ path, log }: { path: string; log: Log }): Promise<Store> {
  const database = openDatabase(path);
  const wal = path === ':memory:' ? null : walSync(path);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database, wal), plugins: [new CamelCasePlugin()] });
  try {
    const applied = await migrate(db);
    if (applied.length > 0) log.info('application', 'database.migrated', { migrations: applied });
  } catch (error) {
    database.close();
    throw fromSqliteError(error);
  }
  return sqlStore(db, {
    kind: 'sqlite',
    async check() {
      try {
        database.prepare('select count(*) from jobs where id = ?').get('');
      } catch (error) {
        throw unavailable(error);
      }
    },
    async close() {
      if (database.open) await db.destroy();
      await wal?.close();
    },
  });
}

function openDatabase(path: string): Sqlite.Database {
  let database: Sqlite.Database | null = null;
  try {
    if (path !== ':memory:') makeFolderSync(dirname(path));
    // Milliseconds that a statement blocks the event loop for another process's lock; the dialect waits longer without blocking.
    database = new Sqlite(path, { timeout: 20 });
    database.pragma('foreign_keys = on');
    setJournal(database);
    // What was acknowledged survives a power cut all the same: `walSync` waits for the disk, off the event loop.
    database.pragma('synchronous = normal');
    database.pragma('temp_store = memory');
    return database;
  } catch (error) {
    database?.close();
    throw unavailable(error);
  }
}

/** The first process to open the file switches it to WAL; the others meet a lock for that moment. */
function setJournal(database: Sqlite.Database): void {
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = wal');
  database.pragma('busy_timeout = 20');
}

function unavailable(error: unknown): AppError {
  const known = fromSqliteError(error);
  if (known instanceof AppError) return known;
  return new AppError(
    'database_unavailable',
    'The database file cannot be opened. Check that DATABASE_URL (or DB_PATH) names a file in a folder Scholium may write to.',
    { cause: error },
  );
}
