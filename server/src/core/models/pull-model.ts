import type { JobContext, JobCompletion } from '../jobs/job-kind.ts';
import type { Clock } from '../ports/clock.ts';
import type { Events } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import type { ModelShelf } from '../ports/model-shelf.ts';
import type { Store } from '../ports/store.ts';
import { AppError } from '../domain/app-error.ts';
import { tellWaiting, wakeWaiting } from './await-model.ts';
import type { PullModelPayload } from './pull-model.job.ts';
import { findModel } from './request-pull.ts';
import type { SpeechModel } from './speech-model.ts';

export interface PullModelDeps {
  readonly store: Store;
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Log;
  readonly shelf: ModelShelf;
  readonly models: readonly SpeechModel[];
}

/** Those that wait are told so often at most. */
const TELL_MS = 2_000;
/** After a failure those that wait look again when it is written. */
const AFTER_FAILURE_MS = 1_000;

/** Fetches a model; jobs that wait for it are told how far it is, and start when it is there. */
export async function pullModel(
  deps: PullModelDeps,
  { modelId }: PullModelPayload,
  { job, signal, report }: Pick<JobContext, 'job' | 'signal' | 'report'>,
): Promise<(tx: Store) => Promise<JobCompletion>> {
  const model = findModel(deps.models, modelId);
  let toldAt = deps.clock.now();
  let telling = Promise.resolve();
  const tell = (progress: number): void => {
    if (deps.clock.now() - toldAt < TELL_MS) return;
    toldAt = deps.clock.now();
    telling = telling
      .then(() => tellWaiting(deps, model, progress))
      .catch((error: unknown) => deps.log.warn('application', 'model.waiting-not-told', { modelId, cause: String(error) }));
  };
  report(0, `Fetching the model ${model.title}.`);
  try {
    await deps.shelf.pull(
      model,
      ({ bytes, ofBytes }) => {
        const progress = ofBytes === null ? 0 : Math.min(0.99, bytes / ofBytes);
        report(progress, `Fetched ${megabytes(bytes)} of ${ofBytes === null ? 'an unknown number of' : megabytes(ofBytes)} MB.`);
        tell(progress);
      },
      signal,
    );
  } catch (error) {
    await telling;
    const isOver = signal.aborted || (error instanceof AppError && error.permanent) || job.attempts >= job.maxAttempts;
    if (isOver) await wakeWaiting(deps.store, model, deps.clock.now() + AFTER_FAILURE_MS);
    throw error;
  }
  await telling;
  return async (tx) => {
    const woken = await wakeWaiting(tx, model, deps.clock.now());
    // Those of others find it by themselves: their events are not this job's to write.
    const followUps = woken.filter(({ ownerId }) => ownerId === job.ownerId);
    return { result: { modelId, bytes: (await deps.shelf.state(model)).bytes }, followUps };
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
