import type { ErrorCode } from '@scholium/contract';

export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** A long task. Jobs form a tree by `parentJobId`. */
export interface Job {
  readonly id: string;
  readonly ownerId: string;
  readonly kind: string;
  readonly lectureId: string | null;
  readonly sourceId: string | null;
  readonly parentJobId: string | null;
  readonly payload: unknown;
  readonly status: JobStatus;
  /** 0..1 */
  readonly progress: number;
  /** One sentence for people: what is going on. */
  readonly message: string;
  /** How often a worker has begun it. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly executedBy: 'worker' | 'inline' | null;
  readonly transitions: readonly { readonly status: JobStatus; readonly at: number }[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Not to be begun before this time (backoff). */
  readonly runAfter: number;
  readonly cancelRequested: boolean;
  readonly lease: Lease | null;
  readonly result: unknown;
  readonly error: JobError | null;
  /** Set when the job used up its tries or failed for good; `cause` then holds the stack for operators. */
  readonly deadLetteredAt: number | null;
  readonly cause: string | null;
}

export interface JobError {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The right to work on a job. `token` grows with each claim; a write with an old token is refused (fencing). */
export interface Lease {
  readonly workerId: string;
  readonly token: number;
  readonly expiresAt: number;
}

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly lectureId: string | null;
  readonly sourceId: string | null;
  readonly parentJobId: string | null;
  readonly payload: unknown;
  readonly message: string;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  /** About how long the work takes, for the order among those that wait; only comparisons count. */
  readonly estimateMs: number;
  readonly createdAt: number;
}

/** How a run ended, as a value: control flow of jobs never travels by exception beyond the runner. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'retry'; readonly error: JobError; readonly cause: string; readonly runAfter: number }
  | { readonly kind: 'failed'; readonly error: JobError; readonly cause: string }
  | { readonly kind: 'cancelled' }
  /** Cannot go on before something else has happened: does not count as a try. */
  | { readonly kind: 'postponed'; readonly message: string; readonly runAfter: number }
  /** Handed back untouched (the worker is stopping): does not count as a try. */
  | { readonly kind: 'released' };

export function isFinished(status: JobStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** Something that happened to a job. `seq` grows by one per job, from 1, and resumes event streams. */
export interface JobEvent {
  readonly jobId: string;
  readonly seq: number;
  readonly at: number;
  readonly type: 'status' | 'progress' | 'partial';
  /** status: `{status}`; progress: `{progress, message}`; partial: `{segments: [{startMs, endMs, text}]}`. */
  readonly data: unknown;
}
