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
import type { WalSync } from './wal-sync.ts';

/** How long a write waits for another process's write, and how long it sleeps between tries. */
const BUSY_WAIT_MS = 10_000;
const BUSY_PAUSE_MS = 5;

/**
 * SQLite for several processes on one file. Unlike Kysely's own dialect, a transaction takes the write lock when it
 * begins (`begin immediate`: a lock that is upgraded later fails at once when someone else wrote meanwhile, whatever
 * the busy timeout), waiting for it does not block the event loop, statements are prepared once, and who wrote waits for the
 * disk after the connection is free again, so that commits share syncs.
 */
export function sqliteDialect(database: Database, wal: Pick<WalSync, 'settled'> | null = null): Dialect {
  return {
    createDriver: () => sqliteDriver(database, wal),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new OwnSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class OwnSqliteAdapter extends SqliteAdapter {
  /** SQLite rolls back changes of the schema too, so migrations may run in a transaction. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** There is one connection; the driver hands it out in turn, and sooner than Kysely would. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** The one connection, as somebody has it for a while. */
interface Turn extends DatabaseConnection {
  /** Whether something was written that is not durable yet. */
  isDirty: boolean;
  readonly free: () => void;
}

function sqliteDriver(database: Database, wal: Pick<WalSync, 'settled'> | null): Driver {
  const execute = createExecute(database);
  let last: Promise<void> = Promise.resolve();
  const run = (turn: DatabaseConnection, statement: string) => turn.executeQuery(CompiledQuery.raw(statement));
  return {
    init: async () => {},
    async acquireConnection(): Promise<Turn> {
      const before = last;
      let free = (): void => {};
      last = new Promise((resolve) => (free = resolve));
      await before;
      const turn: Turn = {
        isDirty: false,
        free,
        async executeQuery<R>(query: CompiledQuery) {
          const { result, isWrite } = await execute<R>(query);
          if (isWrite) turn.isDirty = true;
          return result;
        },
        // oxlint-disable-next-line require-yield -- the interface asks for a generator; the store reads pages, never streams
        async *streamQuery() {
          throw new Error('The SQLite store does not stream queries.');
        },
      };
      return turn;
    },
    async beginTransaction(turn) {
      await run(turn, 'begin immediate');
      (turn as Turn).isDirty = false; // `acquireConnection` made it; the lock alone writes nothing
    },
    commitTransaction: async (turn) => void (await run(turn, 'commit')),
    rollbackTransaction: async (turn) => {
      // A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
      if (database.inTransaction) await run(turn, 'rollback');
    },
    async releaseConnection(connection) {
      const turn = connection as Turn; // `acquireConnection` made it
      turn.free();
      if (turn.isDirty) await wal?.settled();
    },
    destroy: async () => void database.close(),
  };
}

type Execute = <R>(query: CompiledQuery) => Promise<{ result: QueryResult<R>; isWrite: boolean }>;

function createExecute(database: Database): Execute {
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

  function executeOnce<R>(query: CompiledQuery): { result: QueryResult<R>; isWrite: boolean } {
    const statement = prepare(query.sql);
    const isWrite = !statement.readonly;
    // Kysely knows the shape it asked for.
    if (statement.reader) return { result: { rows: statement.all(...query.parameters) as R[] }, isWrite };
    const { changes, lastInsertRowid } = statement.run(...query.parameters);
    return { result: { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }, isWrite };
  }

  return async <R>(query: CompiledQuery) => {
    const deadline = performance.now() + BUSY_WAIT_MS;
    for (;;) {
      try {
        return executeOnce<R>(query);
      } catch (error) {
        // Outside a transaction, and for `begin`, a busy statement has changed nothing and can be given again.
        if (!isBusy(error) || database.inTransaction || performance.now() >= deadline) throw fromSqliteError(error);
        await delay(BUSY_PAUSE_MS);
      }
    }
  };
}
