import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillSqlite } from '@scholium/server/adapters/sql/copy/filled-sqlite.fixture.ts';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runScholium, spawnScholium } from './support/run-scholium.ts';
import { makeTestFolder } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** Who holds this advisory lock stops a copy at a place that the test chooses. */
const GATE = 4_711;

/** Waits at the gate. */
const HOLD = `perform pg_advisory_xact_lock_shared(${GATE});`;

interface Report {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly hash: string }[];
}

describe('scholium db copy, killed in the middle', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let postgres: PostgresServer;
  let filled: string;
  let url: string;
  /** Holds the gate, and asks. */
  let gatekeeper: Client;

  beforeAll(async () => {
    folder = await makeTestFolder();
    filled = join(folder.path, 'filled.db');
    [postgres] = await Promise.all([startPostgres(), fillSqlite(filled)]);
  });
  beforeEach(async () => {
    url = await postgres.freshDatabase();
    gatekeeper = new Client({ connectionString: url });
    await gatekeeper.connect();
    return () => gatekeeper.end();
  });
  afterAll(async () => {
    await postgres?.close();
    await folder?.remove();
  });

  const rowsOf = async (sql: string): Promise<unknown[]> => (await gatekeeper.query(sql)).rows;
  const heldUp = `select pid from pg_stat_activity where application_name = 'scholium' and wait_event_type = 'Lock'`;

  /** Starts a copy, kills it where it is held up, and waits until it is gone. */
  async function killed(from: string, to: string): Promise<void> {
    const args = ['db', 'copy', '--from', from, '--to', to];
    const child = spawnScholium(args, { folder: folder.path });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString('utf8')));
    child.stdout.resume();
    const ended = once(child, 'close');
    try {
      await waitUntil('the copy is held up', async () => {
        if (child.exitCode !== null) throw new Error(`The copy ended by itself: ${said}`);
        return (await rowsOf(heldUp)).length > 0;
      });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect(child.signalCode).toBe('SIGKILL');
  }

  async function copied(from: string, to: string): Promise<Report> {
    const run = await runScholium(['db', 'copy', '--from', from, '--to', to, '--json'], { folder: folder.path });
    expect(run).toMatchObject({ code: 0 });
    return JSON.parse(run.stdout) as Report; // what the command prints
  }

  const sqlite = (path: string): string => `sqlite:///${path}`;
  const bytesOf = async (path: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');

  it('while it fills PostgreSQL, leaves nothing there though the server is held up, and is begun again', async () => {
    const before = await bytesOf(filled);
    expect((await runScholium(['migrate'], { folder: folder.path, environment: { DATABASE_URL: url } })).code).toBe(0);
    await rowsOf(`create function hold() returns trigger language plpgsql as $$ begin ${HOLD} return new; end $$`);
    await rowsOf('create trigger hold before insert on job_events for each row when (new.seq = 2000) execute function hold()');
    await rowsOf(`select pg_advisory_lock(${GATE})`);
    await killed(sqlite(filled), url);

    // The gate stays shut: the server itself has to notice that nobody waits for its answer.
    await waitUntil('the server has given up', async () => (await rowsOf(heldUp)).length === 0, 20_000);
    expect(await rowsOf('select 1 from job_events union all select 1 from courses union all select 1 from jobs')).toEqual([]);
    expect(await bytesOf(filled)).toBe(before);
    await rowsOf(`select pg_advisory_unlock(${GATE})`);
    const { tables } = await copied(sqlite(filled), url);
    expect(tables.find(({ table }) => table === 'job_events')?.rows).toBe(2_993);
    expect(await bytesOf(filled)).toBe(before);
  });

  it('while it makes the tables, leaves a target that the next copy takes', async () => {
    await rowsOf(`create function hold() returns event_trigger language plpgsql as $$
      begin if to_regclass('threads') is not null then ${HOLD} end if; end $$`);
    await rowsOf(`create event trigger hold on ddl_command_end when tag in ('CREATE TABLE') execute function hold()`);
    await rowsOf(`select pg_advisory_lock(${GATE})`);
    await killed(sqlite(filled), url);
    await rowsOf(`select pg_advisory_unlock(${GATE})`);
    expect((await copied(sqlite(filled), url)).tables.length).toBeGreaterThan(15);
  });

  it('while it fills a SQLite file, leaves a file that the next copy takes, and PostgreSQL as it was', async () => {
    const there = await copied(sqlite(filled), url);
    const back = join(folder.path, 'back.db');
    // Nobody may read this table: the copy waits for it when it has copied others.
    const locker = new Client({ connectionString: url });
    await locker.connect();
    await locker.query('begin; lock table transcripts in access exclusive mode');
    await killed(url, sqlite(back));
    await locker.end();
    const again = await copied(url, sqlite(back));
    expect(again.tables).toEqual(there.tables);
  });
});
