import { createHash } from 'node:crypto';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { msToSamples, samplesToMs, type AudioChunk, type SampleSpan } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { Transcriber, TranscriberOptions, TranscriberSession } from '../../core/ports/transcriber.ts';
import { openProcessPool, type ProcessPool } from '../child-process/process-pool.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { startPocketsphinxProcess, type HeardWord, type PocketsphinxProcess } from './pocketsphinx-process.ts';

/**
 * Without the second pass and with phone look-ahead that weighs more than its default (5, not 3) the engine needs two thirds of the time
 * (docs/decisions/0001-speech.md). Silence is cut by our own voice activity detection, so the engine's own cuts
 * are off: they would move the times.
 */
const SETTINGS = '-fwdflat no -remove_silence no -pl_window 7 -pl_weight 5 -maxhmmpf 10000 -maxwpf 20'.split(' ');
/** It has one. */
const MODEL = 'en-us';
const OTHER_MODEL = 'PocketSphinx has one model, "en-us". Choose another engine, or leave the model out.';
const LONGEST_PIECE = msToSamples(15_000);
const MODEL_FOLDERS = [
  '/usr/share/pocketsphinx/model/en-us',
  '/opt/homebrew/share/pocketsphinx/model/en-us',
  '/usr/local/share/pocketsphinx/model/en-us',
];
const MISSING =
  'PocketSphinx was not found. Install it (Debian and Ubuntu: "apt install pocketsphinx pocketsphinx-en-us") or set POCKETSPHINX_PATH.';

export interface PocketsphinxOptions {
  /** Absolute path of `pocketsphinx_batch`, or its bare name when it was not found. */
  readonly program: string;
  /** Folder that holds `en-us/`, `en-us.lm.bin` and `cmudict-en-us.dict`; null looks where packages put it. */
  readonly modelFolder: string | null;
  /** How many processes listen side by side. */
  readonly processes: number;
}

interface Model {
  readonly args: readonly string[];
  readonly digest: string;
}

/** CMU PocketSphinx with its US English model: needs no download, and its text is a draft. */
export function createPocketsphinxTranscriber(options: PocketsphinxOptions): Transcriber {
  return {
    engine: 'pocketsphinx',
    punctuates: false,
    draftQuality: true,
    unavailable: async () => ((await findModel(options)) ? null : MISSING),
    refuses: (wish) => refuse(wish) ?? (wish.model === null || wish.model === MODEL ? null : OTHER_MODEL),
    open: async (request, signal) => {
      const refused = refuse(request);
      if (refused !== null) throw new AppError('engine_unavailable', refused);
      const model = await findModel(options);
      if (!model) throw new AppError('engine_unavailable', MISSING);
      return openSession(options, model, signal);
    },
  };
}

function refuse({ language, task }: Pick<TranscriberOptions, 'language' | 'task'>): string | null {
  if (language !== null && !/^en\b/i.test(language))
    return `PocketSphinx only understands English, not "${language.slice(0, 20)}". Choose English or another engine.`;
  if (task === 'translate') return 'PocketSphinx cannot translate. Choose another engine, or transcribe in English.';
  return null;
}

async function findModel(options: PocketsphinxOptions): Promise<Model | null> {
  const program = await stat(options.program).catch(() => null);
  if (!program) return null;
  for (const folder of options.modelFolder ? [options.modelFolder] : MODEL_FOLDERS) {
    const [hmm, lm, dict] = [join(folder, 'en-us'), join(folder, 'en-us.lm.bin'), join(folder, 'cmudict-en-us.dict')];
    const sizes = await Promise.all([hmm, lm, dict].map((path) => access(path).then(() => stat(path)))).catch(() => null);
    if (!sizes) continue;
    const digest = createHash('sha256').update(
      JSON.stringify([program.size, sizes.map((size) => (size.isFile() ? size.size : 0)), SETTINGS]),
    );
    return { args: ['-hmm', hmm, '-lm', lm, '-dict', dict, ...SETTINGS], digest: digest.digest('hex').slice(0, 16) };
  }
  return null;
}

async function openSession(options: PocketsphinxOptions, model: Model, signal: AbortSignal): Promise<TranscriberSession> {
  const folder = await makeScratchFolder(tmpdir(), 'scholium-speech-');
  const stop = new AbortController();
  const pool = await openProcessPool(options.processes, async () =>
    startPocketsphinxProcess({
      program: options.program,
      args: model.args,
      folder: await mkdtemp(join(folder, 'process-')),
      signal: AbortSignal.any([signal, stop.signal]),
    }),
  );

  return {
    model: MODEL,
    digest: model.digest,
    language: 'en',
    concurrency: options.processes,
    transcribe: async (chunk, chunkSignal) => ({
      words: await hearChunk(pool, chunk, chunkSignal),
      language: 'en',
      noSpeech: null,
    }),
    async close() {
      stop.abort();
      await pool.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The pieces of a chunk are heard side by side, so that no process is idle while the last chunk is in work. */
async function hearChunk(pool: ProcessPool<PocketsphinxProcess>, chunk: AudioChunk, signal: AbortSignal): Promise<Word[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const pieces = joinUtterances(chunk.utterances).map(async (span) => {
    const samples = chunk.samples.subarray(span.startSample - chunk.startSample, span.endSample - chunk.startSample);
    const heard = await pool.use((child) => hearToEnd(child, samples), either);
    return heard.map((word) => toWord(word, samplesToMs(span.startSample), samplesToMs(span.endSample)));
  });
  try {
    return (await Promise.all(pieces)).flat();
  } catch (error) {
    failed.abort();
    await Promise.allSettled(pieces);
    throw error;
  }
}

/** The engine's search may find no way to its end of a sentence when sound breaks off within a word, and then gives no word at all. */
const SILENCE_AFTER = msToSamples(200);

/** What is heard; sound in which nothing is heard gets another chance, with silence after it. */
async function hearToEnd(child: PocketsphinxProcess, samples: Int16Array): Promise<readonly HeardWord[]> {
  const heard = await child.hear(samples);
  if (heard.length > 0) return heard;
  const longer = new Int16Array(samples.length + SILENCE_AFTER);
  longer.set(samples);
  return child.hear(longer);
}

/**
 * Utterances that follow each other are heard in one piece of up to 15 s: the language model then knows the words
 * before a pause, and the cepstral mean is taken over more sound.
 */
function joinUtterances(utterances: readonly SampleSpan[]): readonly SampleSpan[] {
  const spans: SampleSpan[] = [];
  for (const { startSample, endSample } of utterances) {
    const last = spans.at(-1);
    if (last && endSample - last.startSample <= LONGEST_PIECE)
      spans[spans.length - 1] = { startSample: last.startSample, endSample };
    else spans.push({ startSample, endSample });
  }
  return spans;
}

function toWord(heard: HeardWord, offsetMs: number, limitMs: number): Word {
  const endMs = Math.min(limitMs, offsetMs + (heard.endFrame + 1) * 10);
  return { text: heard.text, startMs: Math.min(endMs, offsetMs + heard.startFrame * 10), endMs, confidence: heard.confidence };
}
