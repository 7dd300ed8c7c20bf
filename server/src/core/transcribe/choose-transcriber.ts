import { AppError } from '../domain/app-error.ts';
import { understandsLanguage } from '../domain/understands-language.ts';
import { FIRST_MODEL } from '../models/catalogue.ts';
import { modelsNamed, type SpeechModel } from '../models/speech-model.ts';
import type { ModelShelf } from '../ports/model-shelf.ts';
import type { Transcriber, TranscriberOptions } from '../ports/transcriber.ts';

export interface SpeechEngines {
  /** Best first. */
  readonly transcribers: readonly Transcriber[];
  /** What engines can load, the better of one engine first; engines that none of them belongs to bring their own. */
  readonly models?: readonly SpeechModel[];
  readonly shelf?: Pick<ModelShelf, 'locate'>;
  /** `WHISPER_MODEL`: taken where nothing else is asked for and it does what is asked for. */
  readonly defaultModel?: string | null;
}

/** What clients send who have no wish: it keeps nobody waiting for a download while another engine is ready. */
const USUAL_SIZE = 'base';

export type SpeechWish = Pick<TranscriberOptions, 'model' | 'language' | 'task'>;

/** An engine that is ready with the model it is to be opened with (null: its own); or the model that has to be fetched first. */
export type SpeechChoice =
  | { readonly transcriber: Transcriber; readonly model: string | null }
  | { readonly missing: SpeechModel };

/**
 * The best engine and model that are ready and do what is asked for. A model that is named is taken, by the first engine that has
 * it. Where nothing that is ready does, the model to fetch.
 *
 * @throws AppError `model_unavailable` (no model of that name), `engine_unavailable`, with the cure
 */
export async function chooseTranscriber(engines: SpeechEngines, wish: SpeechWish): Promise<SpeechChoice> {
  if (wish.model !== null && wish.model !== USUAL_SIZE) return chooseNamed(engines, wish, wish.model);
  if (wish.model === USUAL_SIZE) return chooseUsual(engines, wish);
  const usual = (engines.defaultModel ?? null) === null ? [] : named(engines, engines.defaultModel ?? '');
  if (engines.defaultModel && usual.length === 0) return chooseNamed(engines, wish, engines.defaultModel);
  if (usual.some((model) => suits(model, wish))) return chooseNamed(engines, wish, engines.defaultModel ?? '');
  return chooseReady(engines, wish);
}

/** What is here of the usual size, else the best that is ready; the usual size is fetched where nothing is. */
async function chooseUsual(engines: SpeechEngines, wish: SpeechWish): Promise<SpeechChoice> {
  const isNamed = named(engines, USUAL_SIZE).some((model) => suits(model, wish));
  const usual = isNamed ? await chooseNamed(engines, wish, USUAL_SIZE).catch(() => null) : null;
  if (usual && 'transcriber' in usual) return usual;
  const ready = await chooseTranscriber(engines, { ...wish, model: null }).catch((error: unknown) => {
    if (usual) return usual;
    throw error;
  });
  return 'transcriber' in ready ? ready : (usual ?? ready);
}

/** The name of the best engine that is ready for something. @throws AppError `engine_unavailable`, with the cure of the last */
export async function readyEngine(transcribers: readonly Transcriber[]): Promise<string> {
  let why = 'No speech engine is configured. Set TRANSCRIPTION_ENGINE=auto.';
  for (const transcriber of transcribers) {
    const missing = await transcriber.unavailable();
    if (missing === null) return transcriber.engine;
    why = missing;
  }
  throw new AppError('engine_unavailable', why);
}

async function chooseNamed(engines: SpeechEngines, wish: SpeechWish, name: string): Promise<SpeechChoice> {
  const candidates = named(engines, name);
  if (candidates.length === 0) return chooseByName(engines, wish, name);
  const fit = candidates.filter((model) => suits(model, wish));
  if (fit.length === 0) throw unsuited(candidates[0]!, wish);
  let toFetch: SpeechModel | null = null;
  let why = `No engine that can use the speech model "${clip(name)}" is switched on. Set TRANSCRIPTION_ENGINE=auto.`;
  for (const transcriber of engines.transcribers) {
    const model = fit.find(({ engine }) => engine === transcriber.engine);
    if (!model) continue;
    const missing = await notInstalled(transcriber);
    if (missing !== null) why = missing;
    else if (await engines.shelf?.locate(model.id)) return { transcriber, model: model.id };
    else toFetch ??= model;
  }
  if (toFetch) return { missing: toFetch };
  throw new AppError('engine_unavailable', why);
}

/** A name that only an engine with models of its own can know. */
async function chooseByName(engines: SpeechEngines, wish: SpeechWish, name: string): Promise<SpeechChoice> {
  for (const transcriber of engines.transcribers) {
    if (hasCatalogue(engines, transcriber)) continue;
    if (transcriber.refuses?.({ ...wish, model: name }) || (await transcriber.unavailable()) !== null) continue;
    return { transcriber, model: name };
  }
  throw new AppError(
    'model_unavailable',
    `There is no speech model "${clip(name)}". "scholium models list" shows all; sizes such as "base" or "large-v3" will do.`,
  );
}

async function chooseReady(engines: SpeechEngines, wish: SpeechWish): Promise<SpeechChoice> {
  let why = 'No speech engine is configured. Set TRANSCRIPTION_ENGINE=auto.';
  let first: SpeechModel | null = null;
  for (const transcriber of engines.transcribers) {
    const ownModels = !hasCatalogue(engines, transcriber);
    const reason = transcriber.refuses?.(wish) ?? (ownModels ? await transcriber.unavailable() : await notInstalled(transcriber));
    if (reason !== null) {
      why = reason;
      continue;
    }
    if (ownModels) return { transcriber, model: null };
    const ready = await firstReady(engines, transcriber, wish);
    if (ready) return { transcriber, model: ready.id };
    first ??= named(engines, FIRST_MODEL).find((model) => model.engine === transcriber.engine && suits(model, wish)) ?? null;
  }
  if (first) return { missing: first };
  throw new AppError('engine_unavailable', why);
}

async function firstReady({ models = [], shelf }: SpeechEngines, { engine }: Transcriber, wish: SpeechWish) {
  const fit = models.filter((model) => model.engine === engine && model.purpose === 'recordings' && suits(model, wish));
  // Nobody said what is spoken: who knows more languages is less often wrong.
  const known = ({ languages }: SpeechModel): number => (languages === 'any' ? Infinity : languages.length);
  const ordered = wish.language === null ? fit.toSorted((a, b) => compare(known(b), known(a))) : fit;
  for (const model of ordered) if (await shelf?.locate(model.id)) return model;
  return null;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function named({ models = [], transcribers }: SpeechEngines, name: string): readonly SpeechModel[] {
  const order = transcribers.map(({ engine }) => engine);
  return modelsNamed(models, name).filter(({ engine, purpose }) => purpose === 'recordings' && order.includes(engine));
}

function hasCatalogue({ models = [] }: SpeechEngines, { engine }: Transcriber): boolean {
  return models.some((model) => model.engine === engine);
}

function suits(model: SpeechModel, { language, task }: SpeechWish): boolean {
  return (language === null || understandsLanguage(model.languages, language)) && (task === 'transcribe' || model.translates);
}

async function notInstalled(transcriber: Transcriber): Promise<string | null> {
  return transcriber.installed ? transcriber.installed() : transcriber.unavailable();
}

function unsuited(model: SpeechModel, { language, task }: SpeechWish): AppError {
  const what = task === 'translate' && !model.translates ? 'translate' : `understand "${clip(language ?? '')}"`;
  return new AppError(
    'engine_unavailable',
    `The speech model "${model.id}" cannot ${what}. Choose another ("scholium models list" names what each can), or leave the model out.`,
  );
}

function clip(text: string): string {
  return text.slice(0, 40);
}
