import { AppError } from '../domain/app-error.ts';
import { isFinished, type Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import { enqueue, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { ModelShelf } from '../ports/model-shelf.ts';
import type { Store } from '../ports/store.ts';
import { pullModelJob, pullModelPayloadSchema } from './pull-model.job.ts';
import { modelsNamed, type SpeechModel } from './speech-model.ts';

export interface RequestPullDeps extends EnqueueDeps {
  readonly shelf: Pick<ModelShelf, 'offline' | 'locate'>;
}

/** Queues the fetching of a model; while that waits or runs, the same job. @throws AppError `model_missing` where nothing may be fetched */
export async function requestPull(deps: RequestPullDeps, scope: Scope, model: SpeechModel): Promise<Job> {
  if (deps.shelf.offline && !(await deps.shelf.locate(model.id))) throw offline(model);
  const latest = await latestPull(deps.store, scope, model.id);
  if (latest && !isFinished(latest.status)) return latest;
  const message = `Waiting to fetch the model ${model.title}.`;
  return enqueue(deps, scope, pullModelJob, { payload: { modelId: model.id }, lectureId: null, sourceId: null, message });
}

/** The newest job that fetches or fetched a model, of those the scope sees; looks at the last hundred. */
export async function latestPull(store: Pick<Store, 'jobs'>, scope: Scope, modelId: string): Promise<Job | null> {
  const { items } = await store.jobs.list(scope, { kind: pullModelJob.kind }, { limit: 100, cursor: null });
  return items.find(({ payload }) => pullModelPayloadSchema.safeParse(payload).data?.modelId === modelId) ?? null;
}

/** @throws AppError `model_not_found` */
export function findModel(models: readonly SpeechModel[], name: string): SpeechModel {
  const [model] = modelsNamed(models, name);
  if (model) return model;
  throw new AppError('model_not_found', `There is no speech model "${name.slice(0, 40)}". "scholium models list" shows all.`);
}

/** @throws AppError `model_missing` */
export function offline({ id }: SpeechModel): AppError {
  return new AppError(
    'model_missing',
    `The speech model "${id}" is not on this machine, and MODELS_OFFLINE says that nothing is fetched. Copy its files into MODELS_DIR/${id} and run "scholium models verify ${id}", or choose another model.`,
  );
}
