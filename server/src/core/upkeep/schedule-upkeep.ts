import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import { dispatch, enqueueIn, newJob, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { Clock, Log } from '../ports/index.ts';
import { upkeepJob } from './upkeep.job.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** When the store was away, the next try comes sooner than the next day. */
const RETRY_MS = 5 * 60_000;

/**
 * Puts an upkeep job into the queue now and at the start of each day (UTC). The job's id names the day, so that the
 * work is done once a day however many processes ask for it. Returns the function that ends it.
 */
export function scheduleUpkeep(deps: EnqueueDeps & { readonly clock: Clock; readonly log: Log }): () => Promise<void> {
  const stop = new AbortController();
  const looping = loop();
  return async () => {
    stop.abort();
    await looping;
  };

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      let waitMs = DAY_MS - (deps.clock.now() % DAY_MS);
      try {
        await enqueueUpkeep(deps);
      } catch (error) {
        deps.log.warn('application', 'upkeep.not-scheduled', { cause: String(error) });
        waitMs = RETRY_MS;
      }
      await deps.clock.sleep(waitMs, stop.signal);
    }
  }
}

/**
 * Adds the job of this day unless it is there, or an older one still waits for a worker. When two processes add it in
 * the same moment, the second finds it there.
 */
async function enqueueUpkeep(deps: EnqueueDeps): Promise<void> {
  const scope = ownerScope(SYSTEM_OWNER);
  const now = deps.clock.now();
  const id = `job_upkeep_${new Date(now).toISOString().slice(0, 10)}`;
  if (await deps.store.jobs.find(scope, id)) return;
  const request = { payload: {}, lectureId: null, sourceId: null, message: 'Cleaning up.' };
  try {
    const job = await deps.store.transaction(async (tx) => {
      for (const status of ['queued', 'running'] as const) {
        const { items } = await tx.jobs.list(scope, { kind: upkeepJob.kind, status }, { cursor: null, limit: 1 });
        if (items.length > 0) return null;
      }
      return enqueueIn(tx, scope, { ...newJob(upkeepJob, now, request), id });
    });
    if (job) await dispatch(deps, [job]);
  } catch (error) {
    if (!(await deps.store.jobs.find(scope, id))) throw error;
  }
}
