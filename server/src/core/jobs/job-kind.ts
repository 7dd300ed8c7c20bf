import type { z } from 'zod';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/** What a kind of job is: its name, the shape of its payload and how it is retried. Lives in `<step>.job.ts`. */
export interface JobKind<P> {
  readonly kind: string;
  readonly payload: z.ZodType<P>;
  /** Speech and downloads run in lanes of their own so that light jobs never wait behind recordings or slow lines. */
  readonly lane: 'speech' | 'light' | 'download';
  /** How often a worker may begin it before it is dead-lettered. */
  readonly maxAttempts: number;
  /** 0 takes the configured `JOB_TIMEOUT`. */
  readonly timeoutMs: number;
}

/** What a handler gets beside its payload. */
export interface JobContext {
  readonly job: Job;
  /** The owner's scope. */
  readonly scope: Scope;
  /** Aborted on cancel, timeout, lost lease and shutdown. */
  readonly signal: AbortSignal;
  /** Stores progress (0..1, never falling) and a sentence for people; cheap, may be called often. */
  report(progress: number, message: string): void;
  /**
   * Writes in the middle of the work what must be safe whatever comes after it: in one transaction, and only while
   * the lease is held.
   */
  checkpoint<T>(write: (tx: Store) => Promise<T>): Promise<T>;
  /** Publishes text as it is made. */
  publishPartial(segments: readonly { startMs: number; endMs: number; text: string }[]): Promise<void>;
}

/** What a job leaves behind: `result` for the client, and jobs to dispatch once the transaction is committed. */
export interface JobCompletion {
  readonly result: unknown;
  readonly followUps?: readonly Job[];
}

/**
 * Does the long work, then returns the function that writes what was made. The runner calls that function in
 * one transaction with the job's end, and only while the lease is held: a worker that lost its job writes nothing.
 * Handlers are idempotent. A thrown `AppError` that is permanent fails the job; anything else is tried again.
 */
export type JobHandler<P> = (payload: P, context: JobContext) => Promise<(tx: Store) => Promise<JobCompletion>>;

/** A kind with its handler, ready to be registered. */
export interface RegisteredJob {
  readonly kind: JobKind<unknown>;
  readonly handle: JobHandler<unknown>;
}

/** Binds a handler to its kind. */
export function registerJob<P>(kind: JobKind<P>, handle: JobHandler<P>): RegisteredJob {
  // The runner parses the payload with `kind.payload` before it calls the handler, so P is what arrives.
  return { kind: kind as JobKind<unknown>, handle: handle as JobHandler<unknown> };
}
