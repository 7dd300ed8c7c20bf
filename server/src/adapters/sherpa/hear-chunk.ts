import { samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { HeardChunk } from '../../core/ports/transcriber.ts';
import type { ProcessPool } from '../child-process/process-pool.ts';
import { wordsHeard } from './heard-words.ts';
import type { ModelFamily } from './model-folder.ts';
import { packUtterances, type PieceLimits, type SoundPiece } from './pack-utterances.ts';
import type { Recognizer } from './start-recognizer.ts';

export interface Hearing {
  readonly pool: ProcessPool<Recognizer>;
  readonly family: ModelFamily;
  readonly hints: string | null;
  /** What is spoken, where that is known. */
  readonly language: string | null;
  /** Whether the text is English whatever is spoken. */
  readonly isEnglish: boolean;
}

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

/** The pieces of a chunk are heard side by side, so that no process is idle while the last chunk is in work. */
export async function hearChunk(hearing: Hearing, chunk: AudioChunk, signal: AbortSignal): Promise<HeardChunk> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const pieces = packUtterances(chunk, LIMITS[hearing.family]).map((piece) => hearPiece(hearing, chunk, piece, either));
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
