import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { fromSqliteError, isBusy } from './sqlite-errors.ts';

/** How long a write waits for another process's write, and how long it sleeps between tries. */
const BUSY_WAIT_MS = 10_000;
const BUSY_PAUSE_MS = 5;

/**
 * SQLite for several processes on one file. Unlike Kysely's own dialect, a transaction takes the write lock when it
 * begins (`begin immediate`: a lock that is upgraded later fails at once when someone else wrote meanwhile, whatever
 * the busy timeout), waiting for it does not block the event loop, and statements are prepared once.
 */
export function sqliteDialect(database: Database): Dialect {
  return {
    createDriver: () => sqliteDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** SQLite rolls back changes of the schema too, so migrations may run in a transaction. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function sqliteDriver(database: Database): Driver {
  const connection = sqliteConnection(database);
  const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement));
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => void (await run('begin immediate')),
    commitTransaction: async () => void (await run('commit')),
    rollbackTransaction: async () => {
      // A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
      if (database.inTransaction) await run('rollback');
    },
    releaseConnection: async () => {},
    destroy: async () => void database.close(),
  };
}

function sqliteConnection(database: Database): DatabaseConnection {
  const statements = new Map<string, Statement>();

  function prepare(sql: string): Statement {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    // Lists of values (`in (?, ?)`) make new texts; 500 is far above the number of queries in the store.
    if (statements.size >= 500) statements.clear();
    statements.set(sql, statement);
    return statement;
  }

  function execute<R>(query: CompiledQuery): QueryResult<R> {
    const statement = prepare(query.sql);
    if (statement.reader) return { rows: statement.all(...query.parameters) as R[] }; // Kysely knows the shape it asked for
    const { changes, lastInsertRowid } = statement.run(...query.parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const deadline = performance.now() + BUSY_WAIT_MS;
      for (;;) {
        try {
          return execute<R>(query);
        } catch (error) {
          // Outside a transaction, and for `begin`, a busy statement has changed nothing and can be given again.
          if (!isBusy(error) || database.inTransaction || performance.now() >= deadline) throw fromSqliteError(error);
          await delay(BUSY_PAUSE_MS);
        }
      }
    },
    // oxlint-disable-next-line require-yield -- the interface asks for a generator; the store reads pages, never streams
    async *streamQuery() {
      throw new Error('The SQLite store does not stream queries.');
    },
  };
}
