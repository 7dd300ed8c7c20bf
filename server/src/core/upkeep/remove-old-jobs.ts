import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Replies kept for `Idempotency-Key` answer for a day. */
const REPLY_DAYS = 1;

/**
 * Removes finished jobs with their events, and stored replies, that are old. Dead letters stay until someone looks
 * at them. Returns how many jobs went.
 */
export async function removeOldJobs(deps: { store: Store; clock: Pick<Clock, 'now'> }, keepDays: number): Promise<number> {
  const now = deps.clock.now();
  await deps.store.replies.removeBefore(now - REPLY_DAYS * DAY_MS);
  return deps.store.jobs.removeFinishedBefore(now - keepDays * DAY_MS);
}
