import { AppError } from '../../core/domain/app-error.ts';
import type { LocatedModel, SpeechModel } from '../../core/models/speech-model.ts';
import { understandsLanguage } from '../../core/domain/understands-language.ts';

/** What an engine has to know of a model of the catalogue. */
export type EngineModel = Pick<SpeechModel, 'id' | 'names' | 'languages' | 'translates'>;

/** The folder of a model, when it is on this machine. */
export type LocateModel = (modelId: string) => Promise<LocatedModel | null>;

export interface ChosenModel extends LocatedModel {
  readonly model: EngineModel;
}

/**
 * The model that is asked for; or the first that is there and does what is asked for.
 *
 * @throws AppError `model_unavailable` (no such model), `model_missing`, `engine_unavailable` (it does not do what is asked for)
 */
export async function chooseModel(
  engine: string,
  models: readonly EngineModel[],
  locate: LocateModel,
  wish: { readonly model: string | null; readonly language: string | null; readonly task: 'transcribe' | 'translate' },
): Promise<ChosenModel> {
  const suits = (model: EngineModel): boolean =>
    (wish.language === null || understandsLanguage(model.languages, wish.language)) &&
    (wish.task === 'transcribe' || model.translates);
  if (wish.model !== null) {
    const name = wish.model.trim().toLowerCase();
    const named = models.filter(({ id, names }) => id === name || names.includes(name));
    if (named.length === 0) throw noSuchModel(engine, wish.model, models);
    const fit = named.filter(suits);
    if (fit.length === 0) throw unsuited(named[0]!, wish);
    return (await firstThere(fit, locate)) ?? missing(fit[0]!);
  }
  const fit = models.filter(suits);
  const found = await firstThere(fit, locate);
  if (found) return found;
  const other = await firstThere(models, locate);
  if (other) throw unsuited(other.model, wish);
  return missing(fit[0] ?? models[0]);
}

async function firstThere(models: readonly EngineModel[], locate: LocateModel): Promise<ChosenModel | null> {
  for (const model of models) {
    const located = await locate(model.id);
    if (located) return { model, ...located };
  }
  return null;
}

function missing(model: EngineModel | undefined): never {
  const name = model?.id ?? 'NAME';
  throw new AppError(
    'model_missing',
    `The speech model "${name}" is not on this machine yet. Fetch it with "scholium models pull ${name}".`,
  );
}

function noSuchModel(engine: string, name: string, models: readonly EngineModel[]): AppError {
  const known = models.map((model) => model.names[0] ?? model.id).join(', ');
  return new AppError(
    'model_unavailable',
    `There is no speech model "${name.slice(0, 40)}" for ${engine}. It knows ${known || 'none'}.`,
  );
}

function unsuited(model: EngineModel, wish: { readonly language: string | null; readonly task: string }): AppError {
  const what = wish.task === 'translate' && !model.translates ? 'translate' : `understand "${wish.language?.slice(0, 20) ?? ''}"`;
  return new AppError(
    'engine_unavailable',
    `The speech model "${model.id}" cannot ${what}. Choose another model ("scholium models list" names what each can) or another engine.`,
  );
}
