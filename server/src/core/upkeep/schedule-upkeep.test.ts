import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { recordingLog } from '../../../testkit/silent-log.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { openSqliteStore } from '../../adapters/sqlite/open-sqlite-store.ts';
import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import { scheduleUpkeep } from './schedule-upkeep.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-upkeep-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('adds one job when twenty processes with connections of their own start in the same moment, and none complains', async () => {
  const log = recordingLog();
  const clock = new ManualClock(Date.UTC(2026, 10, 23, 12));
  const stores = [];
  for (let n = 0; n < 20; n += 1) stores.push(await openSqliteStore({ path: join(folder, 'upkeep.db'), log }));
  let dispatched = 0;
  const queue = { ...inProcessQueue(), dispatch: async () => void (dispatched += 1) };
  const stops = stores.map((store) => scheduleUpkeep({ store, events: storeEvents(store), queue, clock, log }));
  // Each ends once its first attempt is over.
  await Promise.all(stops.map((stop) => stop()));
  const { items } = await stores[0]!.jobs.list(ownerScope(SYSTEM_OWNER), {}, { cursor: null, limit: 100 });
  expect(items).toMatchObject([{ id: 'job_upkeep_2026-11-23', kind: 'upkeep', status: 'queued' }]);
  expect(dispatched).toBe(1);
  expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  for (const store of stores) await store.close();
});
