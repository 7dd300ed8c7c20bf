import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import { dispatch, enqueueIn, newJob, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { Clock, Log } from '../ports/index.ts';
import { upkeepJob } from './upkeep.job.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** When the store was away, the next try comes sooner than the next day. */
const RETRY_MS = 5 * 60_000;

/**
 * Puts an upkeep job into the queue now and every 24 hours, unless one is waiting or running; several processes
 * may do so. Returns the function that ends it.
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
      let waitMs = DAY_MS;
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

/** Looks and writes in one transaction, so that two processes do not both add one. */
async function enqueueUpkeep(deps: EnqueueDeps): Promise<void> {
  const scope = ownerScope(SYSTEM_OWNER);
  const job = await deps.store.transaction(async (tx) => {
    for (const status of ['queued', 'running'] as const) {
      const { items } = await tx.jobs.list(scope, { kind: upkeepJob.kind, status }, { cursor: null, limit: 1 });
      if (items.length > 0) return null;
    }
    const request = { payload: {}, lectureId: null, sourceId: null, message: 'Cleaning up.' };
    return enqueueIn(tx, scope, newJob(upkeepJob, deps.clock.now(), request));
  });
  if (job) await dispatch(deps, [job]);
}
