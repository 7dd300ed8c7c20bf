import { AppError } from '../domain/app-error.ts';
import { isFinished, type Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock, Events, Store } from '../ports/index.ts';
import { findJob, jobNotFound } from './find-job.ts';

export interface CancelDeps {
  readonly store: Store;
  readonly events: Events;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Cancels a job that waits; asks the worker of one that runs to stop, which it does within a second. Asking again
 * changes nothing.
 * @throws AppError `job_not_found`; `job_not_cancellable` when it has ended
 */
export async function cancelJob(deps: CancelDeps, input: { scope: Scope; jobId: string }): Promise<Job> {
  const { store, events, clock } = deps;
  const { scope, jobId: id } = input;
  const before = await findJob(deps, input);
  const now = clock.now();
  const job = await store.transaction(async (tx) => {
    const after = await tx.jobs.requestCancel(scope, id, now);
    if (after && !alreadyOver(before, after)) {
      // Running jobs publish too: the event wakes the worker at once instead of at its next beat.
      await tx.jobEvents.append(scope, { jobId: id, at: now, type: 'status', data: { status: after.status } });
    }
    return after;
  });
  if (!job) throw jobNotFound(id);
  if (alreadyOver(before, job)) throw new AppError('job_not_cancellable', `The job has ended already: it ${ending[job.status]}.`);
  events.wake(id);
  return job;
}

const ending: Readonly<Record<Job['status'], string>> = {
  queued: 'waits',
  running: 'runs',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
};

/** Whether the job ended by something else than this call: before it, or on its own in between. */
function alreadyOver(before: Job, after: Job): boolean {
  return isFinished(before.status) || after.status === 'succeeded' || after.status === 'failed';
}
