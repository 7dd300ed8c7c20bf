import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { FileCheck, ModelShelf, ModelState } from '../ports/model-shelf.ts';
import type { Transcriber } from '../ports/transcriber.ts';
import { findModel, requestPull, type RequestPullDeps } from './request-pull.ts';
import type { SpeechModel } from './speech-model.ts';

export interface EngineState {
  readonly engine: string;
  /** Why it cannot be used, with the cure; null when it is ready. */
  readonly problem: string | null;
  readonly draftQuality: boolean;
  /** Models of the catalogue that are here, best first; empty for an engine that brings its own. */
  readonly models: readonly string[];
}

/** What people and operators do with models. Models are of the machine: they belong to nobody. */
export interface ModelUseCases {
  /** Nothing is fetched. */
  readonly offline: boolean;
  list(): Promise<readonly { readonly model: SpeechModel; readonly state: ModelState }[]>;
  engines(): Promise<readonly EngineState[]>;
  /** @throws AppError `model_not_found`, `model_missing` */
  pull(scope: Scope, name: string): Promise<Job>;
  /** @throws AppError `model_not_found` */
  verify(name: string, signal: AbortSignal): Promise<{ readonly model: SpeechModel; readonly files: readonly FileCheck[] }>;
  /** @throws AppError `model_not_found`, `job_active` */
  remove(name: string): Promise<{ readonly model: SpeechModel; readonly removed: boolean }>;
}

export interface ModelDeps extends RequestPullDeps {
  readonly shelf: ModelShelf;
  readonly models: readonly SpeechModel[];
  readonly transcribers: readonly Transcriber[];
}

export function bindModels(deps: ModelDeps): ModelUseCases {
  const { models, shelf } = deps;
  return {
    offline: shelf.offline,
    list: () => Promise.all(models.map(async (model) => ({ model, state: await shelf.state(model) }))),
    engines: () => enginesOf(deps),
    pull: (scope, name) => requestPull(deps, scope, findModel(models, name)),
    async verify(name, signal) {
      const model = findModel(models, name);
      return { model, files: await shelf.verify(model, signal) };
    },
    async remove(name) {
      const model = findModel(models, name);
      return { model, removed: await shelf.remove(model) };
    },
  };
}

/** Every engine that is switched on, best first. */
export async function enginesOf({
  transcribers,
  models,
  shelf,
}: Pick<ModelDeps, 'transcribers' | 'models'> & { readonly shelf: Pick<ModelShelf, 'locate'> }): Promise<readonly EngineState[]> {
  return Promise.all(
    transcribers.map(async (transcriber) => {
      const here: string[] = [];
      for (const { id, engine, purpose } of models)
        if (engine === transcriber.engine && purpose === 'recordings' && (await shelf.locate(id))) here.push(id);
      const { engine, draftQuality } = transcriber;
      return { engine, draftQuality, problem: await transcriber.unavailable(), models: here };
    }),
  );
}
