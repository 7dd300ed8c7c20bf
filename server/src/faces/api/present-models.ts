import type { EngineReply, ModelCheckReply, ModelReply } from '@scholium/contract';
import type { EngineState } from '../../core/models/bind-models.ts';
import { sizeOfModel, type SpeechModel } from '../../core/models/speech-model.ts';
import type { FileCheck, ModelState } from '../../core/ports/model-shelf.ts';

export function presentModel({ model, state }: { readonly model: SpeechModel; readonly state: ModelState }): ModelReply {
  const { id, title, engine, purpose, names, languages, translates, speed, quality, licence } = model;
  return {
    modelId: id,
    title,
    engine,
    purpose,
    names: [...names],
    languages: languages === 'any' ? languages : [...languages],
    translates,
    speed,
    quality,
    licence,
    sizeBytes: sizeOfModel(model),
    ...state,
  };
}

export function presentEngine({ engine, problem, draftQuality, models }: EngineState): EngineReply {
  return { engine, ready: problem === null, problem, draftQuality, models: [...models] };
}

export function presentCheck({
  model,
  files,
}: {
  readonly model: SpeechModel;
  readonly files: readonly FileCheck[];
}): ModelCheckReply {
  const whole = files.every(({ state }) => state === 'ok' || state === 'learned');
  return { modelId: model.id, whole, files: files.map(({ name, state }) => ({ name, state })) };
}
