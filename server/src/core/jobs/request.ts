import { isDeepStrictEqual } from 'node:util';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { dispatch, enqueueIn, newJob, type EnqueueDeps, type JobRequest } from './enqueue.ts';
import type { JobKind } from './job-kind.ts';

/**
 * Queues a job that a user asked for, in a transaction of its own. While a job with the same payload waits or runs
 * for the same target, that one is given back: an impatient second click does no work twice.
 */
export async function request<P>(
  deps: EnqueueDeps,
  scope: Scope,
  kind: JobKind<P>,
  wanted: JobRequest<P> & { readonly lectureId: string },
): Promise<Job> {
  const { job, isNew } = await deps.store.transaction((tx) => requestIn(tx, scope, kind, { ...wanted, now: deps.clock.now() }));
  if (isNew) await dispatch(deps, [job]);
  return job;
}

/** The same in the caller's transaction; the caller dispatches what is new once it is committed. */
export async function requestIn<P>(
  tx: Store,
  scope: Scope,
  kind: JobKind<P>,
  wanted: JobRequest<P> & { readonly lectureId: string; readonly now: number },
): Promise<{ readonly job: Job; readonly isNew: boolean }> {
  const { lectureId, sourceId, now } = wanted;
  const active = await tx.jobs.findActive(scope, kind.kind, { lectureId, sourceId });
  if (active && isDeepStrictEqual(active.payload, kind.payload.parse(wanted.payload))) return { job: active, isNew: false };
  return { job: await enqueueIn(tx, scope, newJob(kind, now, wanted)), isNew: true };
}
