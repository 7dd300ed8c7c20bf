import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aJob } from '../../../testkit/builders.ts';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { recordingLog, silentLog } from '../../../testkit/silent-log.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import type { HeldLease, LeaseGuard, Store } from '../../core/ports/index.ts';
import { openPostgresStore } from '../postgres/open-postgres-store.ts';
import { openPostgresPool } from '../postgres/postgres-pool.ts';
import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { createLeaseGuard, type GuardedDatabase } from './lease-guard.ts';

const LEASE_MS = 800;
const local = ownerScope(LOCAL_OWNER);

let folder = '';
let postgres: PostgresServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-lease-guard-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a long computation does to a process. */
function blockEventLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function sqlite(): Promise<{ database: GuardedDatabase; store: Store }> {
  const sqlitePath = join(await mkdtemp(join(folder, 'db-')), 'jobs.db');
  return { database: { sqlitePath }, store: await openSqliteStore({ path: sqlitePath, log: silentLog }) };
}

async function onPostgres(): Promise<{ database: GuardedDatabase; store: Store }> {
  const postgresUrl = await postgres.freshDatabase();
  const pool = openPostgresPool({ url: postgresUrl, poolSize: 2, log: silentLog });
  return { database: { postgresUrl }, store: await openPostgresStore({ pool, log: silentLog }) };
}

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', onPostgres],
])('the lease of a job on %s whose process is too busy for a sign of life', (_name, open) => {
  let store: Store;
  let guard: LeaseGuard;
  const log = recordingLog();
  beforeAll(async () => {
    const { database, store: opened } = await open();
    store = opened;
    guard = createLeaseGuard({ database, log, mostBusyMs: 3 * LEASE_MS });
    const { letGo } = await take('job_0');
    // When it has stood in for the first time, the thread is there with a connection of its own.
    await vi.waitFor(
      async () => {
        blockEventLoop(LEASE_MS / 2);
        await new Promise((resolve) => setImmediate(resolve));
        expect(log.lines.map(({ event }) => event)).toContain('lease-guard.stood-in');
      },
      { timeout: 20_000, interval: 10 },
    );
    letGo();
  });
  afterAll(async () => {
    await guard.close();
    await store.close();
  });

  const claim = (workerId: string, kind: string, now = Date.now()) =>
    store.jobs.claim({ kinds: [kind], workerId, now, leaseMs: LEASE_MS, executedBy: 'worker' });

  /** A job that this process works on and whose lease is guarded; each is of a kind of its own. */
  async function take(id: string) {
    await store.jobs.insert(local, aJob({ id, kind: id }));
    const token = (await claim('me', id))?.lease?.token ?? 0;
    const lease: HeldLease = { jobId: id, workerId: 'me', token };
    const letGo = guard.hold(lease, LEASE_MS);
    const beat = () => store.jobs.heartbeat(lease, { now: Date.now(), leaseMs: LEASE_MS });
    const expiresAt = async (): Promise<number> => (await store.jobs.find(local, id))?.lease?.expiresAt ?? 0;
    await new Promise((resolve) => setImmediate(resolve)); // the thread is told
    return { letGo, beat, expiresAt };
  }

  it('is prolonged by a thread, however long the lease would have been over', async () => {
    const { beat, letGo } = await take('job_1');
    blockEventLoop(2 * LEASE_MS);
    expect(await claim('other', 'job_1')).toBeNull();
    expect(await beat()).toBe('held');
    letGo();
  });

  it('is left to others when the process does not come back', async () => {
    const { beat, letGo } = await take('job_2');
    blockEventLoop(4.5 * LEASE_MS);
    expect((await claim('other', 'job_2'))?.lease?.workerId).toBe('other');
    expect(await beat()).toBe('lost');
    letGo();
  });

  it('is not touched when another worker has it, or the job was let go', async () => {
    const [taken, done] = [await take('job_3'), await take('job_4')];
    expect((await claim('other', 'job_3', Date.now() + 60_000))?.lease?.workerId).toBe('other');
    done.letGo();
    done.letGo();
    const before = [await taken.expiresAt(), await done.expiresAt()];
    blockEventLoop(LEASE_MS);
    expect([await taken.expiresAt(), await done.expiresAt()]).toEqual(before);
    taken.letGo();
  });
});
