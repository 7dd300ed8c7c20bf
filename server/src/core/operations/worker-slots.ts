import { z } from 'zod';
import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import type { JobFigures } from '../jobs/job-figures.ts';
import type { Clock, Log, Store } from '../ports/index.ts';

/** Places of one lane, of all workers that are there. */
export interface LaneSlots {
  readonly lane: string;
  /** The kinds of jobs that share the places. */
  readonly kinds: readonly string[];
  readonly used: number;
  readonly total: number;
  readonly workers: number;
}

export interface WorkerLane {
  readonly lane: string;
  readonly kinds: readonly string[];
  readonly places: number;
}

/** Seldom: a machine at rest is to write little. */
const EVERY_MS = 60_000;
/** A worker that was not heard of for so long is gone. One that ends says so. */
const FORGOTTEN_MS = 150_000;

const scope = ownerScope(SYSTEM_OWNER);
const announcementSchema = z.object({
  at: z.number(),
  lanes: z.array(z.object({ lane: z.string(), kinds: z.array(z.string()), places: z.number().int().min(0) })),
});

/**
 * Tells the other processes on this database how many jobs this worker takes at once, now and every minute, until the
 * returned function is called; removes what workers left that were killed. The figures are for people: where they
 * cannot be written, jobs run all the same.
 */
export function announceSlots(
  { store, clock, log }: { readonly store: Pick<Store, 'settings'>; readonly clock: Clock; readonly log: Log },
  worker: { readonly workerId: string; readonly lanes: readonly WorkerLane[] },
): () => Promise<void> {
  const stop = new AbortController();
  const telling = loop();
  return async () => {
    stop.abort();
    await telling;
    await tell(() => store.settings.remove(scope, 'workers', [worker.workerId]));
  };

  async function loop(): Promise<void> {
    await tell(async () => store.settings.remove(scope, 'workers', await gone()));
    while (!stop.signal.aborted) {
      const now = clock.now();
      await tell(() => store.settings.write(scope, 'workers', { [worker.workerId]: { at: now, lanes: worker.lanes } }, now));
      await clock.sleep(EVERY_MS, stop.signal);
    }
  }

  async function gone(): Promise<string[]> {
    const known = await store.settings.read(scope, 'workers');
    return Object.keys(known).filter((name) => !isThere(known[name], clock.now()));
  }

  async function tell(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => log.warn('application', 'worker.slots-not-told', { cause: String(error) }));
  }
}

/** Places by lane: how many there are, and how many jobs of their kinds are in the hands of workers that live. */
export async function slotsOf(store: Pick<Store, 'settings'>, figures: JobFigures, now: number): Promise<readonly LaneSlots[]> {
  const known = Object.values(await store.settings.read(scope, 'workers'));
  const byLane = new Map<string, { kinds: Set<string>; total: number; workers: number }>();
  for (const { lane, kinds, places } of known.flatMap((one) => (isThere(one, now) ? announcementSchema.parse(one).lanes : []))) {
    const sum = byLane.get(lane) ?? { kinds: new Set(), total: 0, workers: 0 };
    for (const kind of kinds) sum.kinds.add(kind);
    byLane.set(lane, { kinds: sum.kinds, total: sum.total + places, workers: sum.workers + 1 });
  }
  const used = (kinds: ReadonlySet<string>): number =>
    figures.kinds.reduce((sum, one) => sum + (kinds.has(one.kind) ? one.running - one.stalled : 0), 0);
  return [...byLane]
    .map(([lane, { kinds, total, workers }]) => ({ lane, kinds: [...kinds].sort(), used: used(kinds), total, workers }))
    .sort((a, b) => (a.lane < b.lane ? -1 : 1));
}

/** What another version wrote in another form counts for nobody. */
function isThere(announcement: unknown, now: number): boolean {
  const parsed = announcementSchema.safeParse(announcement);
  return parsed.success && now - parsed.data.at < FORGOTTEN_MS;
}
