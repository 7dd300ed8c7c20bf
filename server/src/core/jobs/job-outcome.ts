import { inspect } from 'node:util';
import { AppError, toAppError } from '../domain/app-error.ts';
import type { Job, Outcome } from '../domain/job.ts';
import { backoffMs, type Backoff } from './backoff.ts';

/** Thrown by a handler that cannot go on before something else has happened. The try does not count. */
export class Postponed extends Error {
  readonly reason: string;
  readonly runAfter: number;
  /**
   * @param reason a sentence for people
   * @param runAfter when it looks again, unless somebody wakes it (`JobStore.reschedule`)
   */
  constructor(reason: string, runAfter: number) {
    super(reason);
    this.reason = reason;
    this.runAfter = runAfter;
  }
}

/** Why the runner aborted a job; null when it did not. */
export type Interruption = 'cancel' | 'timeout' | 'lost' | 'stop' | null;

/** Longest stack that is kept with a job. */
const CAUSE_LIMIT = 8_000;

/** What the handler is told when its signal is aborted. */
export function interruptionError(interruption: Exclude<Interruption, null>, timeoutMs: number): AppError {
  switch (interruption) {
    case 'cancel':
      return new AppError('cancelled', 'The work was cancelled.');
    case 'timeout':
      return new AppError(
        'job_timeout',
        `The job took longer than ${Math.round(timeoutMs / 1000)} seconds. Raise JOB_TIMEOUT if the recording needs more.`,
      );
    case 'lost':
      return new AppError('cancelled', 'Another worker took over this job.');
    case 'stop':
      return new AppError('server_stopping', 'The server is stopping. The job goes on when it is started again.');
  }
}

/** The outcome of a run that did not end well. Permanent errors fail at once, others are tried again later. */
export function outcomeOf(
  error: unknown,
  interruption: Interruption,
  job: Pick<Job, 'attempts'>,
  terms: { readonly now: number; readonly backoff: Backoff; readonly timeoutMs: number },
): Outcome {
  if (interruption === 'cancel') return { kind: 'cancelled' };
  if (interruption === 'stop') return { kind: 'released' };
  if (error instanceof Postponed && interruption === null)
    return { kind: 'postponed', message: error.reason, runAfter: error.runAfter };
  const known = interruption === 'timeout' ? interruptionError('timeout', terms.timeoutMs) : expected(error);
  const failure = {
    error: { code: known.code, detail: known.detail },
    cause: inspect(interruption === 'timeout' ? known : error, { depth: 4, breakLength: 120 }).slice(0, CAUSE_LIMIT),
  };
  if (known.permanent) return { kind: 'failed', ...failure };
  return { kind: 'retry', ...failure, runAfter: terms.now + backoffMs(job.attempts, terms.backoff) };
}

/** An abort that the runner did not ask for is a fault of the step, not a wish of the user. */
function expected(error: unknown): AppError {
  const known = toAppError(error);
  return known.code === 'cancelled' ? toAppError(new Error('aborted without being asked', { cause: error })) : known;
}
