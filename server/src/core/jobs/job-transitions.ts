import type { Job, JobError, JobStatus, NewJob, Outcome } from '../domain/job.ts';

/**
 * What may happen to a job, as pure functions: every store applies these and only keeps the result, so all stores
 * follow the same rules. `lastToken` is the highest fencing token ever given out; it outlives the lease.
 */
export interface JobState extends Job {
  readonly lastToken: number;
  readonly estimateMs: number;
  /** Jobs are taken in this order, lowest first: `rankOf`. */
  readonly rank: number;
}

/**
 * Fair order, in milliseconds like a time: when the job could be done if its owner had one worker and shorter work went first.
 * A short job overtakes long ones, its owner's and others'; who has much waiting does not hold up who has little; and
 * nobody waits for ever, since what comes later ranks from a later time.
 *
 * @param waitingMs estimates of the owner's queued jobs of this kind that are not longer, summed
 */
export function rankOf(job: Pick<NewJob, 'createdAt' | 'estimateMs'>, waitingMs: number): number {
  return job.createdAt + waitingMs + job.estimateMs;
}

export function queuedJob(ownerId: string, job: NewJob, waitingMs: number): JobState {
  const { id, kind, lectureId, sourceId, parentJobId, payload, message, maxAttempts, timeoutMs, estimateMs, createdAt } = job;
  return {
    id,
    ownerId,
    kind,
    lectureId,
    sourceId,
    parentJobId,
    payload,
    status: 'queued',
    progress: 0,
    message,
    attempts: 0,
    maxAttempts,
    timeoutMs,
    executedBy: null,
    transitions: [{ status: 'queued', at: createdAt }],
    createdAt,
    startedAt: null,
    finishedAt: null,
    runAfter: createdAt,
    cancelRequested: false,
    lease: null,
    result: null,
    error: null,
    deadLetteredAt: null,
    cause: null,
    lastToken: 0,
    estimateMs,
    rank: rankOf(job, waitingMs),
  };
}

/** Queued and due, or running for a worker that let its lease run out. */
export function isReady(job: Job, now: number): boolean {
  if (job.status === 'queued') return job.runAfter <= now;
  return job.status === 'running' && (job.lease === null || job.lease.expiresAt <= now);
}

export interface ClaimTerms {
  readonly workerId: string;
  readonly now: number;
  readonly leaseMs: number;
  readonly executedBy: 'worker' | 'inline';
}

/**
 * A ready job in the hands of a worker. A job whose worker disappeared is ended instead when it was to be
 * cancelled anyway, or when that was its last try.
 */
export function claimed(job: JobState, terms: ClaimTerms): JobState {
  const { now, workerId, leaseMs, executedBy } = terms;
  if (job.cancelRequested) return cancelledJob(job, now);
  if (job.status === 'running' && job.attempts >= job.maxAttempts) {
    const error: JobError = {
      code: 'job_lost',
      detail: `The worker of this job stopped ${job.attempts === 1 ? 'once' : `${job.attempts} times`} without finishing it. Look for a crash or too little memory, then start the job again.`,
    };
    return failedJob(job, error, `lease of ${job.lease?.workerId ?? 'unknown worker'} ran out on try ${job.attempts}`, now);
  }
  const token = job.lastToken + 1;
  return {
    ...moved(job, 'running', now),
    attempts: job.attempts + 1,
    executedBy,
    startedAt: job.startedAt ?? now,
    lease: { workerId, token, expiresAt: now + leaseMs },
    lastToken: token,
  };
}

export function holds(job: Job, lease: { readonly workerId: string; readonly token: number }): boolean {
  return job.status === 'running' && job.lease?.token === lease.token && job.lease.workerId === lease.workerId;
}

/** The job after a sign of life of its owner: the lease is longer, progress never falls. */
export function prolonged(
  job: JobState,
  beat: { readonly now: number; readonly leaseMs: number; readonly progress?: number; readonly message?: string },
): JobState {
  return {
    ...job,
    lease: job.lease && { ...job.lease, expiresAt: beat.now + beat.leaseMs },
    progress: Math.max(job.progress, Math.min(1, beat.progress ?? 0)),
    message: beat.message ?? job.message,
  };
}

/** The job after its owner said how the run ended. A cancel that was asked for wins over trying again. */
export function ended(job: JobState, outcome: Outcome, now: number): JobState {
  switch (outcome.kind) {
    case 'done':
      return {
        ...closed(job, 'succeeded', now),
        progress: 1,
        message: 'Done.',
        result: outcome.result ?? null,
        error: null,
        cause: null,
      };
    case 'failed':
      return failedJob(job, outcome.error, outcome.cause, now);
    case 'cancelled':
      return cancelledJob(job, now);
    case 'retry':
      if (job.cancelRequested) return cancelledJob(job, now);
      if (job.attempts >= job.maxAttempts) return failedJob(job, outcome.error, outcome.cause, now);
      return {
        ...moved(job, 'queued', now),
        lease: null,
        runAfter: outcome.runAfter,
        message: `Waiting to try again: ${outcome.error.detail}`,
        error: outcome.error,
        cause: outcome.cause,
      };
    case 'postponed':
      if (job.cancelRequested) return cancelledJob(job, now);
      return {
        ...job,
        status: 'queued',
        // It may be looked at often while it waits: that is no history.
        transitions: job.transitions.slice(0, -1),
        lease: null,
        runAfter: outcome.runAfter,
        message: outcome.message,
        attempts: Math.max(0, job.attempts - 1),
      };
    case 'released':
      if (job.cancelRequested) return cancelledJob(job, now);
      return { ...moved(job, 'queued', now), lease: null, runAfter: now, attempts: Math.max(0, job.attempts - 1) };
  }
}

/** Queued: cancelled at once. Running: its worker is asked to stop. Finished: unchanged. */
export function cancelAsked(job: JobState, now: number): JobState {
  if (job.status === 'queued') return cancelledJob(job, now);
  if (job.status === 'running') return { ...job, cancelRequested: true };
  return job;
}

/** A queued job that is due at another time, or says something else; null for one that is not queued. */
export function rescheduled(job: JobState, change: { readonly runAfter?: number; readonly message?: string }): JobState | null {
  return job.status === 'queued' ? { ...job, ...change } : null;
}

/**
 * A dead letter that waits again, with all its tries before it and the place of one that comes now; null for a job that is
 * none. What it finished is kept elsewhere.
 *
 * @param waitingMs as for `rankOf`
 */
export function replayed(job: JobState, now: number, waitingMs: number): JobState | null {
  if (job.deadLetteredAt === null) return null;
  return {
    ...moved(job, 'queued', now),
    progress: 0,
    message: 'Waiting to be run again.',
    attempts: 0,
    executedBy: null,
    finishedAt: null,
    runAfter: now,
    error: null,
    deadLetteredAt: null,
    rank: rankOf({ createdAt: now, estimateMs: job.estimateMs }, waitingMs),
  };
}

function failedJob(job: JobState, error: JobError, cause: string, now: number): JobState {
  return { ...closed(job, 'failed', now), message: error.detail, error, cause, deadLetteredAt: now };
}

function cancelledJob(job: JobState, now: number): JobState {
  return { ...closed(job, 'cancelled', now), message: 'Cancelled.', cancelRequested: true };
}

function closed(job: JobState, status: JobStatus, now: number): JobState {
  return { ...moved(job, status, now), finishedAt: now, lease: null };
}

function moved(job: JobState, status: JobStatus, now: number): JobState {
  return { ...job, status, transitions: [...job.transitions, { status, at: now }] };
}
