import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk, Transcriber, TranscriberOptions, TranscriberSession } from '../../core/ports/transcriber.ts';
import { chooseModel, type ChosenModel, type EngineModel, type LocateModel } from '../speech-engine/choose-model.ts';
import { wordsHeard } from '../speech-engine/heard-words.ts';
import { packUtterances } from '../speech-engine/pack-utterances.ts';
import { promptOf } from '../speech-engine/prompt-of.ts';
import { soundLength } from '../speech-engine/sound-length.ts';
import type { VerboseAnswer } from '../speech-engine/verbose-answer.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { keptServers } from './kept-servers.ts';
import { runWhisperCli } from './run-whisper-cli.ts';
import { findWhisperPrograms, PROGRAMS_MISSING, type WhereToLook, type WhisperPrograms } from './whisper-programs.ts';
import type { WhisperModelFile } from './whisper-wish.ts';

export interface WhisperCppOptions {
  /** What the engine can use, best first: the first that is on the machine is the default. */
  readonly models: readonly EngineModel[];
  readonly locate: LocateModel;
  readonly programs: WhereToLook;
  /** Processor threads of the one process that listens. */
  readonly threads: number;
  /** `cpu` computes on the processor; everything else is left to how whisper.cpp was built. */
  readonly device: string;
  /** How long the server stays ready after a recording; 0 ends it at once. */
  readonly keepWarmMs: number;
}

/** The engine cuts by itself into windows of half a minute. */
const LONGEST_PIECE_MS = 10 * 60_000;
/** Part of every digest: raised when the way from sound to words changes here. */
const VERSION = 1;

type Hear = (samples: Int16Array, signal: AbortSignal) => Promise<VerboseAnswer>;

/** Whisper models by whisper.cpp: by its server where it is installed, which keeps the model, else by its command. */
export function createWhisperCppTranscriber(options: WhisperCppOptions): Transcriber {
  const servers = keptServers(options.keepWarmMs);
  const installed = async (): Promise<string | null> => {
    const { server, cli } = await findWhisperPrograms(options.programs);
    return server === null && cli === null ? PROGRAMS_MISSING : null;
  };
  return {
    engine: 'whisper-cpp',
    punctuates: true,
    draftQuality: false,
    installed,
    async unavailable() {
      const missing = await installed();
      if (missing !== null) return missing;
      for (const model of options.models) if (await options.locate(model.id)) return null;
      return 'No model of whisper.cpp is on this machine yet. Fetch one: "scholium models pull ggml-base" ("scholium models list" shows all).';
    },
    async open(request, signal) {
      const programs = await findWhisperPrograms(options.programs);
      if (programs.server === null && programs.cli === null) throw new AppError('engine_unavailable', PROGRAMS_MISSING);
      const language = request.language?.toLowerCase().split(/[-_]/)[0] ?? null;
      const chosen = await chooseModel('whisper.cpp', options.models, options.locate, { ...request, language });
      return openSession({ options, servers, programs, chosen, request: { ...request, language } }, signal);
    },
  };
}

interface Opening {
  readonly options: WhisperCppOptions;
  readonly servers: ReturnType<typeof keptServers>;
  readonly programs: WhisperPrograms;
  readonly chosen: ChosenModel;
  readonly request: TranscriberOptions;
}

async function openSession(
  { options, servers, programs, chosen, request }: Opening,
  opened: AbortSignal,
): Promise<TranscriberSession> {
  const { language, task } = request;
  const model: WhisperModelFile = { id: chosen.model.id, path: await ggmlFileAt(chosen), digest: chosen.digest };
  const settings = { threads: options.threads, cpuOnly: options.device === 'cpu' };
  const wish = { language, task, prompt: promptOf(request.vocabulary), ...settings };
  const { hear, release } = await hearing();
  const closed = new AbortController();
  // What is computing is ended by its own signal; an idle server has nobody left to wait for.
  const leave = (): void => void release();
  opened.addEventListener('abort', leave, { once: true });
  const { languages } = chosen.model;
  const known = language ?? (languages !== 'any' && languages.length === 1 ? (languages[0] ?? null) : null);
  return {
    model: model.id,
    digest: createHash('sha256')
      .update(
        JSON.stringify([
          VERSION,
          programs.server === null ? 'cli' : 'server',
          model.digest,
          language,
          task,
          wish.prompt,
          settings.cpuOnly,
        ]),
      )
      .digest('hex')
      .slice(0, 16),
    language: known,
    // One process with all threads: more would each hold the model.
    concurrency: 1,
    transcribe: (chunk, signal) =>
      hearChunk(chunk, { hear, known, isEnglish: task === 'translate' }, AbortSignal.any([signal, opened, closed.signal])),
    async close() {
      closed.abort(new AppError('cancelled', 'The recording was closed while it was being transcribed.'));
      opened.removeEventListener('abort', leave);
      await release();
    },
  };

  async function hearing(): Promise<{ hear: Hear; release: () => Promise<void> }> {
    if (programs.server !== null) {
      const server = await servers.take({ program: programs.server, model, ...settings }, opened);
      return { hear: (samples, signal) => server.hear(samples, wish, signal), release: () => server.release() };
    }
    const folder = await makeScratchFolder(tmpdir(), 'scholium-whisper-');
    const { cli } = programs;
    return {
      hear: (samples, signal) => runWhisperCli(cli ?? '', { model, wish, samples, folder }, signal),
      release: () => rm(folder, { recursive: true, force: true }),
    };
  }
}

/** A model of the catalogue is a folder with one file; the operator's own may be the file itself. */
async function ggmlFileAt({ folder, model }: ChosenModel): Promise<string> {
  const found = await stat(folder).catch(() => null);
  if (found?.isFile()) return folder;
  const [name] = (await readdir(folder).catch(() => [])).filter((file) => /\.(?:bin|gguf)$/.test(file));
  if (name !== undefined) return join(folder, name);
  throw new AppError(
    'model_unavailable',
    `The speech model "${model.id}" holds no file for whisper.cpp. Fetch it again with "scholium models pull ${model.id}".`,
  );
}

async function hearChunk(
  chunk: AudioChunk,
  { hear, known, isEnglish }: { hear: Hear; known: string | null; isEnglish: boolean },
  signal: AbortSignal,
): Promise<HeardChunk> {
  signal.throwIfAborted();
  const heard: HeardChunk[] = [];
  for (const piece of packUtterances(chunk, { longestMs: LONGEST_PIECE_MS, joinsUtterances: true })) {
    const sound = chunk.samples.subarray(piece.startSample - chunk.startSample, piece.endSample - chunk.startSample);
    const samples = new Int16Array(soundLength(sound.length, 0));
    samples.set(sound);
    const answer = await hear(samples, signal);
    const language = answer.language ?? known;
    const speech = piece.utterances.map((span) => ({
      startMs: samplesToMs(span.startSample),
      endMs: samplesToMs(span.endSample),
    }));
    const span = { startMs: samplesToMs(piece.startSample), endMs: samplesToMs(piece.endSample), speech };
    heard.push({ words: wordsHeard(answer.heard, span, isEnglish ? 'en' : language), language, noSpeech: answer.noSpeech });
  }
  const silences = heard.flatMap(({ noSpeech }) => (noSpeech === null ? [] : [noSpeech]));
  return {
    words: heard.flatMap(({ words }) => words),
    language: heard.find(({ words }) => words.length > 0)?.language ?? known,
    noSpeech: silences.length > 0 ? Math.min(...silences) : null,
  };
}
