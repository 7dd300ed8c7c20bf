import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { recordingLog } from '../../../testkit/silent-log.ts';
import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import { figuresOf } from '../jobs/job-figures.ts';
import { announceSlots, slotsOf } from './worker-slots.ts';

const system = ownerScope(SYSTEM_OWNER);
const lanes = [
  { lane: 'speech', kinds: ['transcribe', 'diarize'], places: 2 },
  { lane: 'light', kinds: ['export'], places: 3 },
];
const running = (kind: string, count: number, leaseOver = 0) => ({
  kind,
  status: 'running' as const,
  count,
  firstDueAt: 0,
  notDue: 0,
  leaseOver,
});
const figures = figuresOf([running('transcribe', 3, 1), running('export', 1), running('unknown', 9)], 0);

describe('the places of workers', () => {
  let clock: ManualClock;
  let deps: { store: ReturnType<typeof memoryStore>; clock: ManualClock; log: ReturnType<typeof recordingLog> };
  const slots = () => slotsOf(deps.store, figures, clock.now());
  const totals = async () => (await slots()).map(({ lane, used, total, workers }) => ({ lane, used, total, workers }));

  beforeEach(() => {
    clock = new ManualClock();
    deps = { store: memoryStore(), clock, log: recordingLog() };
  });

  it('are added up over all workers, with the jobs that those who live work on', async () => {
    expect(await slots()).toEqual([]);
    const ends = ['a', 'b'].map((workerId) => announceSlots(deps, { workerId, lanes }));
    await clock.advance(0);
    expect(await slots()).toEqual([
      { lane: 'light', kinds: ['export'], used: 1, total: 6, workers: 2 },
      { lane: 'speech', kinds: ['diarize', 'transcribe'], used: 2, total: 4, workers: 2 },
    ]);
    await ends[0]?.();
    expect(await totals()).toMatchObject([
      { lane: 'light', total: 3, workers: 1 },
      { lane: 'speech', total: 2, workers: 1 },
    ]);
    await clock.advance(10 * 60_000);
    expect(await totals()).toMatchObject([{ workers: 1 }, { workers: 1 }]);
    await ends[1]?.();
    expect(await slots()).toEqual([]);
  });

  it('of a worker that was killed are forgotten, and what it left is removed by the next', async () => {
    await deps.store.settings.write(system, 'workers', { killed: { at: clock.now(), lanes }, odd: { at: 'x' } }, clock.now());
    expect(await totals()).toMatchObject([{ workers: 1 }, { workers: 1 }]);
    await clock.advance(3 * 60_000);
    expect(await slots()).toEqual([]);
    const end = announceSlots(deps, { workerId: 'next', lanes });
    await clock.advance(0);
    expect(Object.keys(await deps.store.settings.read(system, 'workers'))).toEqual(['next']);
    await end();
  });

  it('that cannot be told stop nobody', async () => {
    const away = async () => {
      throw new Error('away');
    };
    const store = { settings: { read: away, write: away, remove: away } };
    const end = announceSlots({ ...deps, store }, { workerId: 'a', lanes });
    await clock.advance(60_000);
    await end();
    expect(new Set(deps.log.lines.map(({ event }) => event))).toEqual(new Set(['worker.slots-not-told']));
  });
});
