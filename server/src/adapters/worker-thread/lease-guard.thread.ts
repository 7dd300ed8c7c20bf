import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from '../../core/ports/log.ts';
import type { JobStore } from '../../core/ports/store.ts';
import type { GuardMessage, GuardThreadData } from './lease-guard.ts';

// The data that `createLeaseGuard` gives.
const { database, mostBusyMs, everyMs, aliveAt } = workerData as GuardThreadData;
const alive = new BigInt64Array(aliveAt);
const held = new Map<number, Extract<GuardMessage, { hold: number }>>();

parentPort?.on('message', (message: GuardMessage) => {
  if ('hold' in message) held.set(message.hold, message);
  else held.delete(message.release);
});

const jobs = await openJobs();
let standsIn = false;
for (;;) {
  await delay(everyMs);
  const busyMs = Date.now() - Number(Atomics.load(alive, 0));
  const due = [...held.values()].filter(({ leaseMs }) => busyMs >= leaseMs / 4);
  if (due.length === 0 || busyMs > mostBusyMs) {
    standsIn = false;
    continue;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  if (!standsIn) parentPort?.postMessage({ leases: due.length, busyMs });
  standsIn = true;
  for (const { hold, lease, leaseMs } of due) {
    // Without the database nobody can take the job either.
    const state = await jobs.heartbeat(lease, { now: Date.now(), leaseMs }).catch(() => 'unknown');
    if (state === 'lost') held.delete(hold);
  }
}

/** Only what the database needs is loaded: the thread is to be light. */
async function openJobs(): Promise<JobStore> {
  const log: Log = { info() {}, warn() {}, error() {} }; // the process tells what is wrong with the database
  if ('sqlitePath' in database) {
    const { openSqliteStore } = await import('../sqlite/open-sqlite-store.ts');
    return (await openSqliteStore({ path: database.sqlitePath, log })).jobs;
  }
  const { openPostgresPool } = await import('../postgres/postgres-pool.ts');
  const { openPostgresStore } = await import('../postgres/open-postgres-store.ts');
  const pool = openPostgresPool({ url: database.postgresUrl, poolSize: 1, log });
  return (await openPostgresStore({ pool, log })).jobs;
}
