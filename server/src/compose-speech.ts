import { totalmem } from 'node:os';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CATALOGUE } from './core/models/catalogue.ts';
import { AppError } from './core/domain/app-error.ts';
import { MODELS_HOST } from './core/models/model-files.ts';
import { speakerModels } from './core/models/speaker-models.ts';
import { modelsNamed, type LocatedModel, type SpeechModel } from './core/models/speech-model.ts';
import type { SpeechModels } from './core/models/speech-models.ts';
import type { Clock, Diarizer, Log, ModelShelf, Transcriber } from './core/ports/index.ts';
import type { Config } from './config.ts';

/** A short recording soon after another does not wait for its model. */
const KEEP_WARM_MS = 5 * 60_000;

/** The models that engines can load, with the operator's own first, and the shelf they lie on. */
export async function openSpeechModels(config: Config, clock: Clock): Promise<SpeechModels> {
  const own = config.whisperModelPath === null ? null : ownModel(config.whisperModelPath);
  return {
    models: own ? [own, ...CATALOGUE] : CATALOGUE,
    shelf: await openShelf(config, clock, own),
    defaultModel: own?.id ?? config.whisperModel,
  };
}

/** The same in a process that does nothing else. */
export async function openModelsAlone(config: Config): Promise<SpeechModels> {
  const { systemClock } = await import('./adapters/system/system-clock.ts');
  return openSpeechModels(config, systemClock);
}

async function openShelf(config: Config, clock: Clock, own: SpeechModel | null): Promise<ModelShelf> {
  const { createModelShelf } = await import('./adapters/model-download/create-model-shelf.ts');
  return createModelShelf({
    folder: config.modelsDir,
    offline: config.modelsOffline,
    baseUrl: config.modelsBaseUrl,
    token: config.hfToken === null ? null : { origin: MODELS_HOST, value: config.hfToken },
    own: own && config.whisperModelPath !== null ? { id: own.id, path: config.whisperModelPath } : null,
    clock,
    fetch: { allowPrivate: config.fetchAllowPrivate },
  });
}

/** A folder of ONNX files, or a ggml file, of which nothing is known but where it lies. */
function ownModel(path: string): SpeechModel {
  const name = basename(path);
  const id = `own-${name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')}`;
  const isGgml = /\.(?:bin|gguf)$/i.test(name);
  const common = { purpose: 'recordings', languages: 'any', translates: true, speed: 'medium', quality: 'good' } as const;
  return {
    ...common,
    id,
    title: name,
    engine: isGgml ? 'whisper-cpp' : 'sherpa',
    names: [],
    licence: 'unknown',
    files: [],
  };
}

/** Requests of one recording that a transcription server gets at once; it has its own queue. */
const SERVER_REQUESTS = 4;
/** Longest wait for its answer: half a minute of sound takes a large model on a slow processor some minutes. */
const SERVER_TIMEOUT_MS = 10 * 60_000;

/** Best first; only the one that is forced, if one is. Whoever names a server wants it to be used, so it comes before all others. */
export async function openTranscribers(
  config: Config,
  { models, shelf }: SpeechModels,
  log: Pick<Log, 'warn'>,
): Promise<readonly Transcriber[]> {
  const { createOpenaiTranscriber } = await import('./adapters/openai-speech/openai-transcriber.ts');
  const { systemClock } = await import('./adapters/system/system-clock.ts');
  const { createSherpaTranscriber } = await import('./adapters/sherpa/sherpa-transcriber.ts');
  const { createPocketsphinxTranscriber } = await import('./adapters/pocketsphinx/pocketsphinx-transcriber.ts');
  const { createWhisperCppTranscriber } = await import('./adapters/whisper-cpp/whisper-cpp-transcriber.ts');
  const all = [
    createOpenaiTranscriber({
      ...config.speechServer,
      clock: systemClock,
      timeoutMs: SERVER_TIMEOUT_MS,
      concurrency: SERVER_REQUESTS,
    }),
    createSherpaTranscriber({
      models: models.filter(({ engine, purpose }) => engine === 'sherpa' && purpose === 'recordings'),
      locate: (id) => shelf.locate(id),
      resources: { processes: config.speechProcesses, threads: 1, memoryBytes: totalmem() },
      device: config.aiDevice,
      keepWarmMs: KEEP_WARM_MS,
      log,
    }),
    createWhisperCppTranscriber({
      models: models.filter(({ engine, purpose }) => engine === 'whisper-cpp' && purpose === 'recordings'),
      locate: (id) => shelf.locate(id),
      programs: config.whisperCpp,
      threads: config.speechProcesses,
      device: config.aiDevice,
      keepWarmMs: KEEP_WARM_MS,
    }),
    createPocketsphinxTranscriber({
      program: config.pocketsphinxPath,
      modelFolder: config.pocketsphinxModelDir,
      processes: config.speechProcesses,
    }),
  ];
  return config.transcriptionEngine === 'auto' ? all : all.filter(({ engine }) => engine === config.transcriptionEngine);
}

/** What tells speakers apart, best first: models where they are fetched, else roughly; nothing when that is off. */
export async function openDiarizers(config: Config, { shelf }: Pick<SpeechModels, 'shelf'>): Promise<readonly Diarizer[]> {
  if (config.diarization === 'off') return [];
  const { createSherpaDiarizer } = await import('./adapters/sherpa-diarizer/sherpa-diarizer.ts');
  const { createMfccDiarizer } = await import('./adapters/mfcc-diarizer/mfcc-diarizer.ts');
  const own = config.diarizationModelPath === null ? null : await ownSegmentation(config.diarizationModelPath);
  const sherpa = createSherpaDiarizer({
    locate: async (id) => (id === own?.id ? own : shelf.locate(id)),
    segmentationModel: own?.id ?? segmentationNamed(config.diarizationModel ?? 'pyannote-segmentation-3.0'),
    embeddingModel: 'campplus-voxceleb',
    device: config.aiDevice,
    threads: 1,
  });
  return [sherpa, createMfccDiarizer()];
}

/** @throws AppError `configuration_invalid` */
async function ownSegmentation(folder: string): Promise<LocatedModel & { readonly id: string }> {
  const facts = await stat(join(folder, 'model.onnx')).catch(() => null);
  if (!facts?.isFile())
    throw new AppError('configuration_invalid', 'DIARIZATION_MODEL is the path of a folder that holds no model.onnx.');
  return { id: `own-${basename(folder)}`, folder, digest: `${facts.size}-${Math.round(facts.mtimeMs)}` };
}

/** @throws AppError `configuration_invalid` */
function segmentationNamed(name: string): string {
  const known = speakerModels.filter(({ purpose }) => purpose === 'speaker-segments');
  const [model] = modelsNamed(known, name);
  if (model) return model.id;
  const ids = known.map(({ id }) => `"${id}"`).join(', ');
  throw new AppError(
    'configuration_invalid',
    `DIARIZATION_MODEL names no model that tells where voices change. There is ${ids}.`,
  );
}
