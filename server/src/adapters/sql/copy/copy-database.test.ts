import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../../testkit/postgres-server.ts';
import { silentLog } from '../../../../testkit/silent-log.ts';
import { composeDatabaseCopy, type DatabaseCopyInput } from '../../../compose-database-copy.ts';
import { loadConfig } from '../../../config.ts';
import { openPostgresCopySide } from '../../postgres/postgres-copy-side.ts';
import { openPostgresPool } from '../../postgres/postgres-pool.ts';
import { openPostgresStore } from '../../postgres/open-postgres-store.ts';
import { openSqliteStore } from '../../sqlite/open-sqlite-store.ts';
import { openSqliteCopySide } from '../../sqlite/sqlite-copy-side.ts';
import { migrations } from '../migrations/index.ts';
import { copyDatabase } from './copy-database.ts';
import { fillSqlite } from './filled-sqlite.fixture.ts';

let server: PostgresServer;
let folder: string;
let filled: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-copy-'));
  filled = join(folder, 'filled.db');
  [server] = await Promise.all([startPostgres(), fillSqlite(filled)]);
});
beforeEach(async () => {
  url = await server.freshDatabase();
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function copy(input: Partial<DatabaseCopyInput> = {}): ReturnType<typeof composeDatabaseCopy> {
  const config = loadConfig({ DATA_DIR: folder, DATABASE_URL: url }, { cwd: folder });
  const usual = { from: `sqlite:///${filled}`, to: 'postgres', dryRun: false, signal: new AbortController().signal };
  return composeDatabaseCopy(config, { ...usual, ...input });
}

async function ask<Row>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[]; // what the statement selects
  } finally {
    await client.end();
  }
}

describe('copying a database', () => {
  it('brings every row of every table to PostgreSQL and back again, whatever its texts and numbers are', async () => {
    const there = await copy();
    const side = openSqliteCopySide({ path: filled });
    const tables = (await side.tables()).map(({ name }) => name);
    await side.close();
    expect(there.tables.map(({ table }) => table).sort()).toEqual(tables.sort());
    expect(there.tables.filter(({ rows }) => rows === 0).map(({ table }) => table)).toEqual(['replies']);
    expect(there.tables.find(({ table }) => table === 'job_events')?.rows).toBe(2_993);
    const back = join(folder, 'back.db');
    const again = await copy({ from: 'postgres', to: `sqlite:///${back}` });
    expect(again.tables).toEqual(there.tables);
    const database = new Sqlite(back, { readonly: true });
    const rowsOf = (from: Sqlite.Database, table: string) => from.prepare(`select * from ${table} order by 1, 2, 3`).all();
    const source = new Sqlite(filled, { readonly: true });
    for (const table of tables.filter((name) => name !== 'jobs')) expect(rowsOf(database, table)).toEqual(rowsOf(source, table));
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();
    source.close();
  });

  it('ends the leases of running jobs without counting the try, so that a worker takes them anew', async () => {
    expect((await copy()).jobsReleased).toBe(1);
    const rows = await ask(`select attempts, lease_expires_at from jobs where status = 'running'`);
    expect(rows).toEqual([{ attempts: 1, lease_expires_at: '0' }]);
  });

  it('leaves nothing at the target when it is stopped in the middle, and can be begun again', async () => {
    const stop = new AbortController();
    const stopped = copy({
      signal: stop.signal,
      onProgress: ({ table, rows }) => table === 'job_events' && rows > 0 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await ask('select 1 from jobs union all select 1 from courses')).toEqual([]);
    expect((await copy()).tables.length).toBeGreaterThan(15);
  });

  it('refuses a second run, and changes nothing by it', async () => {
    await copy();
    await expect(copy()).rejects.toMatchObject({ code: 'database_not_empty', detail: expect.stringContaining('createdb') });
    expect(await ask('select 1 from courses')).toHaveLength(3);
  });

  it('rolls back when the target does not hold what was written', async () => {
    const pool = openPostgresPool({ url, poolSize: 2, log: silentLog });
    await (await openPostgresStore({ pool, log: silentLog })).close();
    await ask(`create function spoil() returns trigger language plpgsql as $$ begin new.title := 'x'; return new; end $$`);
    await ask('create trigger spoil before insert on courses for each row execute function spoil()');
    await expect(copy()).rejects.toMatchObject({ code: 'database_copy_failed', detail: expect.stringContaining('"courses"') });
    expect(await ask('select 1 from courses')).toEqual([]);
  });

  it('says that another process writes to the target, and copies nothing', async () => {
    const pool = openPostgresPool({ url, poolSize: 2, log: silentLog });
    await (await openPostgresStore({ pool, log: silentLog })).close();
    const writer = new Client({ connectionString: url });
    await writer.connect();
    await writer.query('begin; lock table courses in row exclusive mode');
    const source = openSqliteCopySide({ path: filled });
    const target = await openPostgresCopySide({ url, log: silentLog, lockTimeoutMs: 50 });
    const input = { source, target, migrations: Object.keys(migrations), dryRun: false, signal: new AbortController().signal };
    const refused = { code: 'database_unavailable', detail: expect.stringContaining('Another process writes to the target') };
    await expect(copyDatabase(input)).rejects.toMatchObject(refused);
    await writer.query('rollback');
    expect((await copyDatabase(input)).jobsReleased).toBe(1);
    await Promise.all([source.close(), target.close(), writer.end()]);
  });

  it('only counts in a dry run, for which the target need not be there', async () => {
    const report = await copy({ dryRun: true, to: 'postgresql://nobody@127.0.0.1:1/x' });
    expect(report.tables.find(({ table }) => table === 'courses')).toEqual({ table: 'courses', rows: 3, hash: null });
  });

  it('refuses a source that is missing, not ours, older, newer, or has a table more, each with its cure', async () => {
    const other = join(folder, 'other.db');
    await expect(copy({ from: `sqlite:///${other}` })).rejects.toMatchObject({ detail: /There is no database/ });
    new Sqlite(other).exec('create table x (y)').close();
    await expect(copy({ from: `sqlite:///${other}` })).rejects.toMatchObject({ detail: /not a database of Scholium/ });
    const cases = [
      [`delete from kysely_migration where name = '0007-documents'`, /older version/],
      [`insert into kysely_migration values ('9999-later', '')`, /newer version/],
      ['create table more (a text)', /"more" is in one of the databases only/],
      ['alter table courses add column more text', /other columns .*more/],
    ] as const;
    for (const [index, [change, detail]] of cases.entries()) {
      const path = join(folder, `changed-${index}.db`);
      await (await openSqliteStore({ path, log: silentLog })).close();
      new Sqlite(path).exec(change).close();
      await expect(copy({ from: `sqlite:///${path}` })).rejects.toMatchObject({ code: 'database_unavailable', detail });
    }
  });

  it('says that a process has the source open, and only then', async () => {
    const told: string[] = [];
    const onInUse = (side: string): void => void told.push(side);
    expect((await copy({ dryRun: true, onInUse })).sourceInUse).toBe(false);
    const store = await openSqliteStore({ path: filled, log: silentLog });
    expect((await copy({ dryRun: true, onInUse })).sourceInUse).toBe(true);
    await store.close();
    expect(told).toEqual(['sqlite']);
  });
});
