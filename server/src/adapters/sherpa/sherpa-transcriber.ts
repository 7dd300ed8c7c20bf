import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { Log } from '../../core/ports/log.ts';
import type { HeardChunk, Transcriber, TranscriberOptions, TranscriberSession } from '../../core/ports/transcriber.ts';
import { openProcessPool, type ProcessPool } from '../child-process/process-pool.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { wordsHeard } from './heard-words.ts';
import { bpeVocabularyOf, hintsFor, type Hints } from './hints.ts';
import { readModelFolder, type ModelFamily, type ModelFolder } from './model-folder.ts';
import { packUtterances, type PieceLimits, type SoundPiece } from './pack-utterances.ts';
import { isMultilingual, languagesOf, recognizerConfig } from './recognizer-config.ts';
import { chooseModel, type ChosenModel, type LocateModel, type SherpaModel } from './sherpa-models.ts';
import { sherpaMissing, sherpaVersion } from './sherpa-package.ts';
import { providerOf } from './speech-device.ts';
import { startRecognizer, type Recognizer } from './start-recognizer.ts';

export interface SherpaOptions {
  /** What the engine can use, best first: the first that is on the machine is the default. */
  readonly models: readonly SherpaModel[];
  readonly locate: LocateModel;
  /** How many processes listen side by side; each holds the model. */
  readonly processes: number;
  /** Processor threads of each process. */
  readonly threads: number;
  /** `auto`, `cpu`, `cuda`, `coreml`, `directml`; where it is not to be had, the processor computes and a warning is logged. */
  readonly device: string;
  /** What the processes get of our environment: the paths of CUDA's libraries. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: Pick<Log, 'warn'>;
}

/** Part of every digest: raised when the way from sound to words changes here. */
const VERSION = 1;

/**
 * Whisper takes 30 s at most, of which sherpa leaves half a second empty; the other families were trained on sound of about that length.
 * Moonshine tells no times, so that each utterance is heard by itself. A transducer goes through its sound step by step.
 */
const LIMITS: Readonly<Record<ModelFamily, PieceLimits>> = {
  whisper: { longestMs: 28_000, joinsUtterances: true },
  'sense-voice': { longestMs: 28_000, joinsUtterances: true },
  ctc: { longestMs: 28_000, joinsUtterances: true },
  transducer: { longestMs: 60_000, joinsUtterances: true },
  moonshine: { longestMs: 28_000, joinsUtterances: false },
  'moonshine-2': { longestMs: 28_000, joinsUtterances: false },
};

/** Whisper, Parakeet, SenseVoice and Moonshine models by sherpa-onnx, in processes of their own. */
export function createSherpaTranscriber(options: SherpaOptions): Transcriber {
  return {
    engine: 'sherpa',
    punctuates: true,
    draftQuality: false,
    async unavailable() {
      const missing = sherpaMissing();
      if (missing) return missing;
      for (const model of options.models) if (await options.locate(model.id)) return null;
      return 'No speech model is on this machine yet. Fetch one: "scholium models pull base" ("scholium models list" shows all).';
    },
    async open(request, signal) {
      const missing = sherpaMissing();
      if (missing) throw new AppError('engine_unavailable', missing);
      const language = request.language?.toLowerCase().split(/[-_]/)[0] ?? null;
      const chosen = await chooseModel(options.models, options.locate, { ...request, language });
      const folder = await readModelFolder(chosen.folder, chosen.model.id);
      checkAbilities(chosen.model.id, folder, { ...request, language });
      return openSession(options, { chosen, folder, request: { ...request, language } }, signal);
    },
  };
}

interface Opening {
  readonly chosen: ChosenModel;
  readonly folder: ModelFolder;
  readonly request: TranscriberOptions;
}

/** What the files say of themselves counts: the engine ends its process when it is told a language that the model does not have. */
function checkAbilities(id: string, folder: ModelFolder, { language, task }: TranscriberOptions): void {
  const languages = languagesOf(folder);
  if (folder.streams)
    throw new AppError('engine_unavailable', `The speech model "${id}" is for live sound only. Choose another for recordings.`);
  if (language !== null && languages && !languages.includes(language))
    throw new AppError(
      'engine_unavailable',
      `The speech model "${id}" does not understand "${language.slice(0, 20)}". Choose another model.`,
    );
  if (task === 'translate' && !isMultilingual(folder))
    throw new AppError(
      'engine_unavailable',
      `The speech model "${id}" cannot translate. Choose a Whisper model of several languages.`,
    );
}

async function openSession(options: SherpaOptions, opening: Opening, signal: AbortSignal): Promise<TranscriberSession> {
  const { chosen, folder, request } = opening;
  const scratch = await makeScratchFolder(tmpdir(), 'scholium-speech-');
  const stop = new AbortController();
  const hints = folder.family === 'transducer' ? hintsFor(request.vocabulary, folder.pieces) : null;
  try {
    const bpeVocabPath = hints && (folder.bpeVocabPath ?? (await writeVocabulary(scratch, folder)));
    const config = (provider: string): object =>
      recognizerConfig(folder, {
        language: request.language,
        task: request.task,
        threads: options.threads,
        provider,
        bpeVocabPath,
      });
    const { pool, provider } = await openPool(options, chosen.model.id, config, AbortSignal.any([signal, stop.signal]));
    const single = chosen.model.languages !== 'any' && chosen.model.languages.length === 1 ? chosen.model.languages[0] : null;
    const language = request.language ?? single ?? null;
    const hear = {
      pool,
      limits: LIMITS[folder.family],
      hints: hints?.text ?? null,
      language,
      isEnglish: request.task === 'translate',
    };
    return {
      model: chosen.model.id,
      digest: digestOf({
        digest: chosen.digest,
        provider,
        language: request.language,
        task: request.task,
        hints: hints?.phrases ?? [],
      }),
      language,
      concurrency: options.processes,
      transcribe: (chunk, chunkSignal) => hearChunk(hear, chunk, chunkSignal),
      async close() {
        stop.abort();
        await pool.close();
        await rm(scratch, { recursive: true, force: true });
      },
    };
  } catch (error) {
    stop.abort();
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function writeVocabulary(scratch: string, folder: ModelFolder): Promise<string> {
  const path = join(scratch, 'bpe.vocab');
  await writeFile(path, bpeVocabularyOf(folder.pieces));
  return path;
}

function digestOf(parts: {
  digest: string;
  provider: string;
  language: string | null;
  task: string;
  hints: Hints['phrases'];
}): string {
  return createHash('sha256')
    .update(JSON.stringify([VERSION, sherpaVersion(), parts]))
    .digest('hex')
    .slice(0, 16);
}

/** On the device that is asked for; on the processor, with a warning, where the engine cannot use it or fails on it. */
async function openPool(
  options: SherpaOptions,
  modelId: string,
  config: (provider: string) => object,
  signal: AbortSignal,
): Promise<{ pool: ProcessPool<Recognizer>; provider: string }> {
  const wanted = providerOf(options.device);
  const warn = (detail: string): void =>
    options.log.warn('application', 'speech.device-unavailable', { engine: 'sherpa', device: options.device, detail });
  const start = async (provider: string): Promise<ProcessPool<Recognizer> & { fellBack: boolean }> => {
    let fellBack = false;
    const pool = await openProcessPool(options.processes, async () => {
      const environment = options.environment && { environment: options.environment };
      const recognizer = await startRecognizer(config(provider), { signal, modelId, ...environment });
      fellBack ||= recognizer.fellBack;
      return recognizer;
    });
    return { ...pool, fellBack };
  };
  if (wanted === null) warn('sherpa knows auto, cpu, cuda, coreml and directml; it runs on the processor.');
  if (wanted !== null && wanted !== 'cpu') {
    try {
      const pool = await start(wanted);
      if (pool.fellBack) warn('The installed build of sherpa-onnx cannot use it; it runs on the processor.');
      return { pool, provider: pool.fellBack ? 'cpu' : wanted };
    } catch (error) {
      signal.throwIfAborted();
      warn(`It failed there and runs on the processor: ${String((error as Error).cause ?? error).slice(-300)}`);
    }
  }
  return { pool: await start('cpu'), provider: 'cpu' };
}

interface Hearing {
  readonly pool: ProcessPool<Recognizer>;
  readonly limits: PieceLimits;
  readonly hints: string | null;
  readonly language: string | null;
  /** Whether the text is English whatever is spoken. */
  readonly isEnglish: boolean;
}

/** The pieces of a chunk are heard side by side, so that no process is idle while the last chunk is in work. */
async function hearChunk(hearing: Hearing, chunk: AudioChunk, signal: AbortSignal): Promise<HeardChunk> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const pieces = packUtterances(chunk, hearing.limits).map((piece) => hearPiece(hearing, chunk, piece, either));
  try {
    const heard = await Promise.all(pieces);
    return { words: heard.flatMap(({ words }) => words), language: mostSpoken(heard) ?? hearing.language, noSpeech: null };
  } catch (error) {
    failed.abort();
    await Promise.allSettled(pieces);
    throw error;
  }
}

interface HeardPiece {
  readonly words: readonly Word[];
  readonly language: string | null;
}

async function hearPiece(hearing: Hearing, chunk: AudioChunk, piece: SoundPiece, signal: AbortSignal): Promise<HeardPiece> {
  const samples = chunk.samples.slice(piece.startSample - chunk.startSample, piece.endSample - chunk.startSample);
  const heard = await hearing.pool.use((recognizer) => recognizer.hear(samples, hearing.hints), signal);
  const language = heard.language ?? hearing.language;
  const [startMs, endMs] = [samplesToMs(piece.startSample), samplesToMs(piece.endSample)];
  const speech = piece.utterances.map((span) => ({ startMs: samplesToMs(span.startSample), endMs: samplesToMs(span.endSample) }));
  return { words: wordsHeard(heard, { startMs, endMs, speech }, hearing.isEnglish ? 'en' : language), language };
}

/** The language of most of the words. */
function mostSpoken(pieces: readonly HeardPiece[]): string | null {
  const counts = new Map<string, number>();
  for (const { language, words } of pieces)
    if (language !== null && words.length > 0) counts.set(language, (counts.get(language) ?? 0) + words.length);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
