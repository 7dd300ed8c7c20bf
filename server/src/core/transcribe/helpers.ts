import { isFinished, type Job } from '../domain/job.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { dispatch, enqueueIn, newJob, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { Store } from '../ports/store.ts';
import { helpTranscribeJob, type HelpTranscribePayload } from './help-transcribe.job.ts';

/** Less than a helper's start is worth: it loads a model and reads the recording from its start. */
const WORTH_MS = 120_000;

const HELP_ESTIMATE_MS = 24 * 3_600_000;

interface CallHelpersInput {
  readonly scope: Scope;
  /** The job that transcribes. */
  readonly parent: Job;
  readonly source: Source;
  /** Null when the file does not tell. */
  readonly durationMs: number | null;
  readonly most: number;
  readonly payload: HelpTranscribePayload;
}

/** Asks up to `most` other workers for help with a recording that is long enough, once for each job. */
export async function callHelpers(deps: EnqueueDeps, input: CallHelpersInput): Promise<void> {
  const { scope, parent, source, payload } = input;
  const wanted = Math.min(input.most, Math.floor((input.durationMs ?? 0) / WORTH_MS));
  const jobs = await deps.store.transaction(async (tx) => {
    const called = (await helpersOf(tx, scope, parent.id)).length;
    const request = {
      payload,
      lectureId: source.lectureId,
      sourceId: source.id,
      parentJobId: parent.id,
      // Behind everybody's own work.
      estimateMs: HELP_ESTIMATE_MS,
      message: 'Waiting for a free worker to help.',
    };
    const made: Job[] = [];
    for (let number = called; number < wanted; number++)
      made.push(await enqueueIn(tx, scope, newJob(helpTranscribeJob, deps.clock.now(), request)));
    return made;
  });
  await dispatch(deps, jobs);
}

/** Nothing is left to help with: helpers that wait are cancelled, those at work stop. */
export async function dismissHelpers(
  deps: Pick<EnqueueDeps, 'store' | 'clock'>,
  scope: Scope,
  parentJobId: string,
): Promise<void> {
  for (const helper of await helpersOf(deps.store, scope, parentJobId))
    await deps.store.jobs.requestCancel(scope, helper.id, deps.clock.now());
}

async function helpersOf(store: Pick<Store, 'jobs'>, scope: Scope, parentJobId: string): Promise<readonly Job[]> {
  const filter = { parentJobId, kind: helpTranscribeJob.kind };
  const { items } = await store.jobs.list(scope, filter, { limit: 100, cursor: null });
  return items.filter((job) => !isFinished(job.status));
}
