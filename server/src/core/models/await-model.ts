import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { isFinished } from '../domain/job.ts';
import { ownerScope, systemScope, type Scope } from '../domain/scope.ts';
import { Postponed } from '../jobs/job-outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { Events } from '../ports/events.ts';
import type { Store } from '../ports/store.ts';
import { latestPull, offline, requestPull, type RequestPullDeps } from './request-pull.ts';
import type { SpeechModel } from './speech-model.ts';

/** How often a job that waits looks by itself, for models that came without a job (from the command line, copied). */
const LOOK_MS = 10_000;

/**
 * Ends a try of a job that needs a model which is not here yet: has it fetched, and lets the job wait without using up a try.
 *
 * @throws Postponed; AppError `model_missing` where nothing may be fetched, or when it could not be since the job began to wait
 */
export async function awaitModel(
  deps: RequestPullDeps & { readonly clock: Pick<Clock, 'now'> },
  scope: Scope,
  job: Job,
  model: SpeechModel,
): Promise<never> {
  if (deps.shelf.offline) throw offline(model);
  const since = job.transitions.findLast(({ status }) => status === 'queued')?.at ?? job.createdAt;
  const latest = await latestPull(deps.store, systemScope, model.id);
  const hasEnded = latest !== null && isFinished(latest.status);
  if (latest && hasEnded && latest.status !== 'succeeded' && (latest.finishedAt ?? 0) >= since) throw notFetched(model, latest);
  if (!latest || hasEnded) await requestPull(deps, scope, model);
  throw new Postponed(waitingFor(model, latest && !hasEnded ? latest.progress : 0), deps.clock.now() + LOOK_MS);
}

/** Tells all jobs that wait for a model how far it is. */
export async function tellWaiting(
  { store, events, clock }: { store: Pick<Store, 'jobs'>; events: Pick<Events, 'publish'>; clock: Pick<Clock, 'now'> },
  model: SpeechModel,
  progress: number,
): Promise<void> {
  const message = waitingFor(model, progress);
  for (const job of await jobsWaitingFor(store, model)) {
    if (job.message === message || !(await store.jobs.reschedule(systemScope, job.id, { message }))) continue;
    const event = { jobId: job.id, at: clock.now(), type: 'progress' as const, data: { progress: job.progress, message } };
    await events.publish(ownerScope(job.ownerId), event);
  }
}

/** Makes all jobs that wait for a model due; in the transaction that says it is there. */
export async function wakeWaiting(tx: Pick<Store, 'jobs'>, model: SpeechModel, at: number): Promise<readonly Job[]> {
  const woken: Job[] = [];
  for (const { id } of await jobsWaitingFor(tx, model)) {
    const job = await tx.jobs.reschedule(systemScope, id, { runAfter: at });
    if (job) woken.push(job);
  }
  return woken;
}

/** Every kind of job may wait: what it says tells for what. */
async function jobsWaitingFor(store: Pick<Store, 'jobs'>, model: SpeechModel): Promise<readonly Job[]> {
  const found: Job[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await store.jobs.list(systemScope, { status: 'queued' }, { limit: 200, cursor });
    found.push(...page.items.filter(({ message }) => message.startsWith(beginning(model))));
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

function waitingFor(model: SpeechModel, progress: number): string {
  return `${beginning(model)} ${Math.floor(progress * 100)} %`;
}

function beginning({ title, id }: SpeechModel): string {
  return `Waiting for the model ${title} (${id}):`;
}

function notFetched({ id }: SpeechModel, pull: Job): AppError {
  const why = pull.error?.detail ?? 'Its fetching was cancelled.';
  return new AppError(
    'model_missing',
    `The speech model "${id}" could not be fetched: ${why} Fetch it with "scholium models pull ${id}", then transcribe again; or choose another model.`,
  );
}
