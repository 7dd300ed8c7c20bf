import { newId } from '../domain/ids.ts';
import type { Job, NewJob } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock, Events, Queue, Store } from '../ports/index.ts';
import type { JobKind } from './job-kind.ts';

export interface JobRequest<P> {
  readonly payload: P;
  readonly lectureId: string | null;
  readonly sourceId: string | null;
  readonly parentJobId?: string | null;
  /** About how long it takes; left out for short work. */
  readonly estimateMs?: number;
  /** What people read while it waits. */
  readonly message?: string;
}

export interface EnqueueDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly events: Events;
  readonly clock: Pick<Clock, 'now'>;
}

/** Notes, exports and indexing take seconds. */
const SHORT_MS = 10_000;

/**
 * The record of a job that is about to be stored.
 * @throws ZodError when the payload does not fit the kind: a fault of the caller
 */
export function newJob<P>(kind: JobKind<P>, now: number, request: JobRequest<P>): NewJob {
  return {
    id: newId('job'),
    kind: kind.kind,
    lectureId: request.lectureId,
    sourceId: request.sourceId,
    parentJobId: request.parentJobId ?? null,
    payload: kind.payload.parse(request.payload),
    message: request.message ?? 'Waiting for a free worker.',
    maxAttempts: kind.maxAttempts,
    timeoutMs: kind.timeoutMs,
    estimateMs: request.estimateMs ?? SHORT_MS,
    createdAt: now,
  };
}

/** Writes a job in a transaction of its own and tells the workers. @throws ZodError as `newJob` */
export async function enqueue<P>(deps: EnqueueDeps, scope: Scope, kind: JobKind<P>, request: JobRequest<P>): Promise<Job> {
  const job = await deps.store.transaction((tx) => enqueueIn(tx, scope, newJob(kind, deps.clock.now(), request)));
  await dispatch(deps, [job]);
  return job;
}

/**
 * Writes a job in the caller's transaction, with the change that causes it: both are there or neither.
 * Call `dispatch` once the transaction is committed.
 *
 * @example
 * const job = await store.transaction(async (tx) => {
 *   await tx.sources.insert(scope, source);
 *   return enqueueIn(tx, scope, newJob(exportLectureJob, clock.now(), { payload, lectureId, sourceId: null }));
 * });
 * await dispatch({ queue, events }, [job]);
 */
export async function enqueueIn(tx: Store, scope: Scope, job: NewJob): Promise<Job> {
  const stored = await tx.jobs.insert(scope, job);
  await tx.jobEvents.append(scope, { jobId: job.id, at: job.createdAt, type: 'status', data: { status: stored.status } });
  return stored;
}

/** Tells workers and readers about jobs whose transaction is committed. */
export async function dispatch(deps: Pick<EnqueueDeps, 'queue' | 'events'>, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    deps.events.wake(job.id);
    await deps.queue.dispatch(job);
  }
}
