import { AppError } from '../domain/app-error.ts';
import type { Job, Outcome } from '../domain/job.ts';
import { ownerScope } from '../domain/scope.ts';
import type { Clock, Events, LeaseGuard, Log, Metrics, Queue, Store } from '../ports/index.ts';
import type { Backoff } from './backoff.ts';
import { dispatch } from './enqueue.ts';
import type { JobCompletion, JobContext, RegisteredJob } from './job-kind.ts';
import { interruptionError, outcomeOf, type Interruption } from './job-outcome.ts';
import { keepLease } from './keep-lease.ts';

export interface RunnerDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseGuard?: LeaseGuard | null;
}

export interface RunTerms {
  readonly leaseMs: number;
  readonly jobTimeoutMs: number;
  readonly backoff: Backoff;
  /** How long an aborted handler may take to end before it is left to itself. */
  readonly abandonMs: number;
  /** Aborted when the worker stops and has to hand the job back. */
  readonly handBack: AbortSignal;
  /** Aborted when there is no more time for handlers that ignore their signal. */
  readonly abandon: AbortSignal;
}

/** The lease was lost between the handler's end and the write: rolls the transaction back. */
class LeaseLost extends Error {}

type Run = { readonly commit: (tx: Store) => Promise<JobCompletion> } | { readonly error: unknown };

/**
 * Runs one claimed job to its end: beats, watches for cancel, timeout, a lost lease and shutdown, and writes the
 * outcome with what the handler made in one transaction, only while the lease is held. Never rejects.
 */
export async function runOneJob(deps: RunnerDeps, registered: RegisteredJob, job: Job, terms: RunTerms): Promise<void> {
  const { store, events, clock, log, metrics } = deps;
  const scope = ownerScope(job.ownerId);
  const lease = { jobId: job.id, workerId: job.lease?.workerId ?? '', token: job.lease?.token ?? 0 };
  const timeoutMs = job.timeoutMs > 0 ? job.timeoutMs : terms.jobTimeoutMs;
  const abort = new AbortController();
  let interruption: Interruption = null;
  let errorCode: string | null = null;
  const interrupt = (why: Exclude<Interruption, null>): void => {
    if (interruption !== null) return;
    interruption = why;
    abort.abort(interruptionError(why, timeoutMs));
  };

  const beginMs = clock.now();
  log.info('application', 'job.started', { jobId: job.id, kind: job.kind, attempt: job.attempts });
  const ended = new AbortController();
  void clock.sleep(timeoutMs, ended.signal).then(() => ended.signal.aborted || interrupt('timeout'));
  const onHandBack = (): void => interrupt('stop');
  if (terms.handBack.aborted) onHandBack();
  terms.handBack.addEventListener('abort', onHandBack, { once: true });
  const keeper = keepLease(deps, job, lease, {
    leaseMs: terms.leaseMs,
    onCancel: () => interrupt('cancel'),
    onLost: () => interrupt('lost'),
  });

  const context: JobContext = {
    job,
    scope,
    signal: abort.signal,
    report: keeper.report,
    checkpoint: (write) =>
      store.transaction(async (tx) => {
        abort.signal.throwIfAborted();
        if ((await tx.jobs.heartbeat(lease, { now: clock.now(), leaseMs: terms.leaseMs })) === 'lost') throw new LeaseLost();
        return write(tx);
      }),
    async publishPartial(segments) {
      if (abort.signal.aborted || ended.signal.aborted) return;
      await events.publish(scope, { jobId: job.id, at: clock.now(), type: 'partial', data: { segments } });
    },
  };
  const run = await settle(handle(registered, job, context), abort.signal, clock, terms);
  ended.abort();
  terms.handBack.removeEventListener('abort', onHandBack);
  await keeper.stop();

  const outcome = await conclude(run);
  const durationMs = clock.now() - beginMs;
  const fields = { jobId: job.id, kind: job.kind, attempt: job.attempts, outcome, durationMs };
  metrics.jobFinished({ kind: job.kind, outcome, durationMs, errorCode });
  log.info('application', 'job.finished', fields);

  /** Writes how it ended; returns the word for it in logs and metrics. */
  async function conclude(run: Run): Promise<string> {
    let error = 'error' in run ? run.error : null;
    if (error instanceof LeaseLost) return lost();
    try {
      // A cancel that arrived while the handler was returning: nothing is written, as the user asked.
      if ('commit' in run && interruption === null) return await write({ kind: 'done', result: null }, run.commit);
    } catch (thrown) {
      if (thrown instanceof LeaseLost) return lost();
      error = thrown;
    }
    if (interruption === 'lost') return lost();
    const outcome = outcomeOf(error, interruption, job, { now: clock.now(), backoff: terms.backoff, timeoutMs });
    try {
      if (outcome.kind === 'failed' || outcome.kind === 'retry') {
        errorCode = outcome.error.code;
        log.error('error', 'job.error', {
          jobId: job.id,
          kind: job.kind,
          attempt: job.attempts,
          code: outcome.error.code,
          cause: outcome.cause,
        });
      }
      return await write(outcome);
    } catch (thrown) {
      if (thrown instanceof LeaseLost) return lost();
      // The store is away: the lease runs out and the job is taken up again.
      log.error('error', 'job.outcome-not-written', {
        jobId: job.id,
        kind: job.kind,
        outcome: outcome.kind,
        cause: String(thrown),
      });
      return 'not-written';
    }
  }

  async function write(outcome: Outcome, commit?: (tx: Store) => Promise<JobCompletion>): Promise<string> {
    const written = await store.transaction(async (tx) => {
      const completion = commit ? await commit(tx) : null;
      const now = clock.now();
      const end = completion && outcome.kind === 'done' ? { kind: 'done' as const, result: completion.result } : outcome;
      if (!(await tx.jobs.finish(lease, end, now))) throw new LeaseLost();
      const status = (await tx.jobs.find(scope, job.id))?.status ?? 'failed';
      await tx.jobEvents.append(scope, { jobId: job.id, at: now, type: 'status', data: { status } });
      for (const { id, status: waiting } of completion?.followUps ?? []) {
        await tx.jobEvents.append(scope, { jobId: id, at: now, type: 'status', data: { status: waiting } });
      }
      return { status, followUps: completion?.followUps ?? [] };
    });
    events.wake(job.id);
    await dispatch(deps, written.followUps).catch((error: unknown) => {
      // They are in the table: a worker finds them when it looks next.
      log.warn('application', 'job.dispatch-failed', { jobId: job.id, cause: String(error) });
    });
    return written.status === 'queued' ? (outcome.kind === 'retry' ? 'retried' : outcome.kind) : written.status;
  }

  function lost(): string {
    log.warn('application', 'job.lost', { jobId: job.id, kind: job.kind, attempt: job.attempts });
    return 'lost';
  }
}

/** Parses the payload and runs the handler; whatever is thrown becomes a value. */
async function handle(registered: RegisteredJob, job: Job, context: JobContext): Promise<Run> {
  try {
    const payload = registered.kind.payload.safeParse(job.payload);
    if (!payload.success) {
      const where = payload.error.issues.map((issue) => issue.path.join('.') || 'payload').join(', ');
      throw new AppError('invalid_request', `The job's payload is not valid (${where}). Start the job again.`, {
        cause: payload.error,
      });
    }
    return { commit: await registered.handle(payload.data, context) };
  } catch (error) {
    return { error };
  }
}

/** The run's end; or, when it goes on for `abandonMs` after it was aborted, an end without it. */
async function settle(run: Promise<Run>, aborted: AbortSignal, clock: Clock, terms: RunTerms): Promise<Run> {
  const settled = new AbortController();
  const abandoned = (async (): Promise<Run> => {
    await new Promise<void>((resolve) => {
      if (aborted.aborted) return resolve();
      aborted.addEventListener('abort', () => resolve(), { once: true });
    });
    await clock.sleep(terms.abandonMs, AbortSignal.any([settled.signal, terms.abandon]));
    return { error: aborted.reason };
  })();
  try {
    return await Promise.race([run, abandoned]);
  } finally {
    settled.abort();
  }
}
