import type { Job } from '../domain/job.ts';
import type { PageRequest } from '../domain/page.ts';
import { systemScope } from '../domain/scope.ts';
import type { Clock, Store } from '../ports/index.ts';
import { slotsOf, type LaneSlots } from './worker-slots.ts';

export interface QueueOverview {
  /** All owners. */
  readonly figures: Awaited<ReturnType<Store['jobs']['figures']>>;
  /** How many jobs workers take at once, and how many they have, by lane. */
  readonly slots: readonly LaneSlots[];
  /** Running now, newest first. */
  readonly running: readonly RunningJob[];
  readonly nextCursor: string | null;
}

export interface RunningJob {
  readonly job: Job;
  /** Since its newest try began. */
  readonly runningMs: number;
}

/** What waits, what runs, and who runs it. @throws AppError `invalid_request` for a cursor that no page gave */
export async function queueOverview(
  deps: { readonly store: Pick<Store, 'jobs' | 'settings'>; readonly clock: Pick<Clock, 'now'> },
  page: PageRequest,
): Promise<QueueOverview> {
  const now = deps.clock.now();
  const [figures, running] = await Promise.all([
    deps.store.jobs.figures(now),
    deps.store.jobs.list(systemScope, { status: 'running' }, page),
  ]);
  return {
    figures,
    slots: await slotsOf(deps.store, figures, now),
    running: running.items.map((job) => ({ job, runningMs: Math.max(0, now - begunAt(job)) })),
    nextCursor: running.nextCursor,
  };
}

function begunAt(job: Job): number {
  return job.transitions.findLast(({ status }) => status === 'running')?.at ?? job.startedAt ?? job.createdAt;
}
