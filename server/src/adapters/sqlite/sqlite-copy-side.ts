import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../core/domain/app-error.ts';
import { BATCH_CHARACTERS, BATCH_ROWS, weightOf, type CopyRow, type CopySide, type TableShape } from '../sql/copy/copy-side.ts';
import { fromSqliteError, isBusy } from './sqlite-errors.ts';

/** A SQLite file as one side of a copy. It is never made here. @throws AppError `database_unavailable` with the cure */
export function openSqliteCopySide({ path, writable = false }: { path: string; writable?: boolean }): CopySide {
  if (!existsSync(path))
    throw new AppError('database_unavailable', `There is no database "${path}". Set DATA_DIR, or name the file: sqlite:///path.`);
  // Asked before this process opens it: an open connection of our own would be found.
  const inUse = isOpenElsewhere(path);
  const database = told(() => new Sqlite(path, { readonly: !writable, fileMustExist: true, timeout: 10_000 }));
  if (writable) database.pragma('foreign_keys = on');
  // `Row` is the caller's knowledge of what it selects.
  const all = <Row>(sql: string): Row[] => told(() => database.prepare<[], Row>(sql).all());

  return {
    label: 'sqlite',
    async tables() {
      const names = all<{ name: string }>(`select name from sqlite_schema where type = 'table' order by name`);
      return names.filter(({ name }) => !/^(?:sqlite|kysely)_/.test(name)).map(({ name }) => shapeOf(all, name));
    },
    async appliedMigrations() {
      const there = all(`select 1 from sqlite_schema where name = 'kysely_migration'`);
      if (there.length === 0) return [];
      return all<{ name: string }>('select name from kysely_migration order by name').map(({ name }) => name);
    },
    isInUse: async () => inUse,
    async begin(mode) {
      told(() => database.exec(mode === 'read' ? 'begin' : 'begin immediate'));
    },
    async count({ name }) {
      return all<{ rows: number }>(`select count(*) as rows from ${quoted(name)}`)[0]?.rows ?? 0;
    },
    read: (table) => readBatches(database, table),
    async insert(table, rows) {
      const places = table.columns.map(() => '?').join(', ');
      const sql = `insert into ${quoted(table.name)} (${listOf(table)}) values (${places})`;
      const statement = told(() => database.prepare(sql));
      told(() => rows.forEach((row) => statement.run(...table.columns.map((column) => row[column] ?? null))));
    },
    async end(how) {
      if (database.inTransaction) told(() => database.exec(how));
    },
    async close() {
      database.close();
    },
  };
}

function shapeOf(all: <Row>(sql: string) => Row[], name: string): TableShape {
  const columns = all<{ name: string }>(`pragma table_info(${quoted(name)})`).map((column) => column.name);
  const keys = all<{ table: string }>(`pragma foreign_key_list(${quoted(name)})`);
  return { name, columns, references: [...new Set(keys.map(({ table }) => table))] };
}

async function* readBatches(database: Sqlite.Database, table: TableShape): AsyncGenerator<readonly CopyRow[]> {
  const statement = database.prepare<[], CopyRow>(`select ${listOf(table)} from ${quoted(table.name)}`).safeIntegers(true);
  let batch: CopyRow[] = [];
  let weight = 0;
  for (const row of statement.iterate()) {
    batch.push(row);
    weight += weightOf(row);
    if (batch.length < BATCH_ROWS && weight < BATCH_CHARACTERS) continue;
    yield batch;
    [batch, weight] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/**
 * In WAL mode every process holds a shared lock for as long as it has the file open, and exclusive locking mode asks for
 * it alone. https://sqlite.org/pragma.html#pragma_locking_mode
 */
function isOpenElsewhere(path: string): boolean {
  let probe: Sqlite.Database | null = null;
  try {
    probe = new Sqlite(path, { fileMustExist: true, timeout: 0 });
    probe.pragma('locking_mode = exclusive');
    probe.prepare('select 1 from sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    probe?.close();
  }
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fromSqliteError(error);
  }
}

const listOf = (table: TableShape): string => table.columns.map(quoted).join(', ');
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
