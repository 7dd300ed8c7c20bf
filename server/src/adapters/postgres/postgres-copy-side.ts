import type { PoolClient } from 'pg';
import { AppError } from '../../core/domain/app-error.ts';
import type { Log } from '../../core/ports/log.ts';
import { BATCH_CHARACTERS, BATCH_ROWS, weightOf, type CopyRow, type CopySide, type TableShape } from '../sql/copy/copy-side.ts';
import { fromPostgresError } from './postgres-errors.ts';
import { openPostgresPool } from './postgres-pool.ts';
import { toPostgresText } from './postgres-text.ts';

/** Parameters of one statement that the protocol can number. */
const MOST_PARAMETERS = 65_535;

/** How long a copy waits for who writes to the tables; what a killed copy held is free after `GONE_AFTER`. */
const LOCK_TIMEOUT_MS = 10_000;

/** So long a server goes on for a process that is gone: it would only notice at the end of the statement, and a lock can be waited for long. */
const GONE_AFTER = '2s';

export interface PostgresCopySideOptions {
  readonly url: string;
  readonly log: Log;
  /** 10 s when left out. */
  readonly lockTimeoutMs?: number;
}

/** A PostgreSQL database as one side of a copy. @throws AppError `database_unavailable` with the cure */
export async function openPostgresCopySide(options: PostgresCopySideOptions): Promise<CopySide> {
  const { url, log, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  const pool = openPostgresPool({ url, poolSize: 1, log });
  let client: PoolClient;
  try {
    client = await pool.connect();
    await prepareSession(client);
  } catch (error) {
    await pool.end();
    throw fromPostgresError(error);
  }
  // `Row` is the caller's knowledge of what it selects: the driver gives no types.
  const rowsOf = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => {
    try {
      return (await client.query(sql, [...values])).rows as Row[];
    } catch (error) {
      throw fromPostgresError(error);
    }
  };

  return {
    label: 'postgres',
    tables: () => tablesOf(rowsOf),
    async appliedMigrations() {
      const [found] = await rowsOf<{ there: boolean }>(`select to_regclass('kysely_migration') is not null as there`);
      if (!found?.there) return [];
      return (await rowsOf<{ name: string }>('select name from kysely_migration order by name')).map(({ name }) => name);
    },
    async isInUse() {
      const others = await rowsOf(
        `select 1 from pg_stat_activity
         where datname = current_database() and application_name like 'scholium%' and pid <> pg_backend_pid() limit 1`,
      );
      return others.length > 0;
    },
    async begin(mode, tables) {
      if (mode === 'read') return void (await rowsOf('begin isolation level repeatable read read only'));
      await rowsOf('begin');
      await rowsOf(`set local lock_timeout = ${lockTimeoutMs}`);
      await rowsOf(`lock table ${tables.map(({ name }) => quoted(name)).join(', ')} in share row exclusive mode`).catch(
        toldLocked,
      );
    },
    async count({ name }) {
      const [row] = await rowsOf<{ rows: number }>(`select count(*) as rows from ${quoted(name)}`);
      return row?.rows ?? 0;
    },
    read: (table) => readBatches(rowsOf, table),
    async insert(table, rows) {
      const most = Math.floor(MOST_PARAMETERS / table.columns.length);
      for (let at = 0; at < rows.length; at += most) await insertRows(rowsOf, table, rows.slice(at, at + most));
    },
    end: async (how) => void (await rowsOf(how)),
    async close() {
      client.release(true);
      await pool.end();
    },
  };
}

async function prepareSession(client: PoolClient): Promise<void> {
  await client.query('set statement_timeout = 0'); // counting a large table takes its time
  // One side waits while the other reads a large table.
  await client.query(`set idle_in_transaction_session_timeout = '1h'`);
  // PostgreSQL 14 or later, on systems that can tell: https://www.postgresql.org/docs/current/runtime-config-connection.html
  await client.query(`set client_connection_check_interval = '${GONE_AFTER}'`).catch(() => {});
}

/** 55P03: lock_not_available. */
function toldLocked(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '55P03') throw error;
  throw new AppError(
    'database_unavailable',
    'Another process writes to the target: a server of Scholium, or a copy that is still under way. Nothing was copied. Stop it, then copy again.',
    { cause: error },
  );
}

type RowsOf = <Row>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

async function tablesOf(rowsOf: RowsOf): Promise<TableShape[]> {
  return rowsOf<TableShape>(
    `select t.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
             order by a.attnum) as columns,
       array(select distinct r.relname::text from pg_constraint c join pg_class r on r.oid = c.confrelid
             where c.conrelid = t.oid and c.contype = 'f') as "references"
     from pg_class t
     where t.relkind = 'r' and t.relnamespace = current_schema()::regnamespace
       and not starts_with(t.relname, 'kysely_') and not starts_with(t.relname, 'search_')
     order by 1`,
  );
}

/** By a cursor, whose next portion is as large as the rows of the last one allow. */
async function* readBatches(rowsOf: RowsOf, table: TableShape): AsyncGenerator<readonly CopyRow[]> {
  await rowsOf(`declare copied no scroll cursor for select ${listOf(table)} from ${quoted(table.name)}`);
  try {
    for (let portion = 10; ;) {
      const rows = await rowsOf<CopyRow>(`fetch ${portion} from copied`);
      if (rows.length === 0) return;
      yield rows;
      const average = rows.reduce((sum, row) => sum + weightOf(row), 0) / rows.length;
      portion = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_CHARACTERS / average)));
    }
  } finally {
    await rowsOf('close copied').catch(() => {}); // a broken transaction has closed it
  }
}

async function insertRows(rowsOf: RowsOf, table: TableShape, rows: readonly CopyRow[]): Promise<void> {
  const values: unknown[] = [];
  const places = rows.map((row) => {
    const numbers = table.columns.map((column) => {
      const value = row[column] ?? null;
      return `$${values.push(typeof value === 'string' ? toPostgresText(value) : value)}`;
    });
    return `(${numbers.join(', ')})`;
  });
  await rowsOf(`insert into ${quoted(table.name)} (${listOf(table)}) values ${places.join(', ')}`, values);
}

const listOf = (table: TableShape): string => table.columns.map(quoted).join(', ');
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
