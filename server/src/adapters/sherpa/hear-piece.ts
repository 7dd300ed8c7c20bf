import { msToSamples, SAMPLE_RATE, samplesToMs, type AudioChunk, type SampleSpan } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { ProcessPool } from '../child-process/process-pool.ts';
import type { HeardText } from './heard-text.ts';
import { wordsHeard } from '../speech-engine/heard-words.ts';
import type { ModelFamily } from './model-folder.ts';
import { packUtterances, type PieceLimits, type SoundPiece } from '../speech-engine/pack-utterances.ts';
import { soundLength } from '../speech-engine/sound-length.ts';
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

export interface HeardPiece {
  readonly words: readonly Word[];
  readonly language: string | null;
}

/**
 * Whisper takes 30 s at most, of which sherpa leaves half a second empty; the other families were trained on sound of about that length.
 * Moonshine tells no times, so that each utterance is heard by itself. A transducer goes through its sound step by step.
 */
export const LIMITS: Readonly<Record<ModelFamily, PieceLimits>> = {
  whisper: { longestMs: 28_000, joinsUtterances: true },
  'sense-voice': { longestMs: 28_000, joinsUtterances: true },
  ctc: { longestMs: 28_000, joinsUtterances: true },
  transducer: { longestMs: 60_000, joinsUtterances: true },
  moonshine: { longestMs: 28_000, joinsUtterances: false },
  'moonshine-2': { longestMs: 28_000, joinsUtterances: false },
};

/** sherpa stops these after so many tokens a second of sound, silence included: `offline-*-greedy-search-decoder.cc`. */
const TOKENS_PER_SECOND: Partial<Record<ModelFamily, number>> = { whisper: 6, moonshine: 6, 'moonshine-2': 15 };
/** With silence up to this, shorter sound may have more tokens. */
const WINDOW = msToSamples(29_000);
/** Sound that is cut off although it is no longer than this holds a loop, not text. */
const SHORTEST_SPLIT = msToSamples(4_000);

/**
 * What is said in one piece. Text in fast speech, or in a language whose words take many tokens, would be cut off by the engine: such a piece is
 * heard again in halves, with silence after each.
 */
export async function hearPiece(
  hearing: Hearing,
  chunk: AudioChunk,
  piece: SoundPiece,
  signal: AbortSignal,
): Promise<HeardPiece> {
  const first = await hearSpan(hearing, chunk, piece, { leastSamples: 0, signal });
  if (!first.isCutOff) return first;
  return hearInParts(hearing, chunk, piece, signal);
}

async function hearInParts(hearing: Hearing, chunk: AudioChunk, piece: SoundPiece, signal: AbortSignal): Promise<HeardPiece> {
  const words: Word[] = [];
  let language: string | null = null;
  for (const part of halvesOf(chunk, piece)) {
    const heard = await hearSpan(hearing, chunk, part, { leastSamples: WINDOW, signal });
    const whole = heard.isCutOff && lengthOf(part) > SHORTEST_SPLIT ? await hearInParts(hearing, chunk, part, signal) : heard;
    words.push(...whole.words);
    language ??= whole.language;
  }
  return { words, language };
}

/** Two or three parts of about half the length; sound of which the window still has more than half to spare stays whole. */
function halvesOf(chunk: AudioChunk, piece: SoundPiece): readonly SoundPiece[] {
  const length = lengthOf(piece);
  if (length <= SHORTEST_SPLIT) return [piece];
  return packUtterances(
    { ...chunk, utterances: piece.utterances },
    { longestMs: samplesToMs(length) / 2, joinsUtterances: true },
  );
}

async function hearSpan(
  hearing: Hearing,
  chunk: AudioChunk,
  piece: SoundPiece,
  { leastSamples, signal }: { leastSamples: number; signal: AbortSignal },
): Promise<HeardPiece & { isCutOff: boolean }> {
  const samples = chunk.samples.slice(piece.startSample - chunk.startSample, piece.endSample - chunk.startSample);
  const heard = await hearing.pool.use((recognizer) => recognizer.hear(samples, { hints: hearing.hints, leastSamples }), signal);
  const language = heard.language ?? hearing.language;
  const speech = piece.utterances.map((span) => ({ startMs: samplesToMs(span.startSample), endMs: samplesToMs(span.endSample) }));
  const span = { startMs: samplesToMs(piece.startSample), endMs: samplesToMs(piece.endSample), speech };
  return {
    words: wordsHeard(heard, span, hearing.isEnglish ? 'en' : language),
    language,
    isCutOff: isCutOff(heard, hearing.family, soundLength(samples.length, leastSamples)),
  };
}

/** Whether the engine stopped because there were too many tokens; of the last segment's two times one may then be missing. */
function isCutOff(heard: HeardText, family: ModelFamily, samples: number): boolean {
  const perSecond = TOKENS_PER_SECOND[family];
  const most = perSecond === undefined ? Infinity : Math.floor((samples / SAMPLE_RATE) * perSecond);
  return heard.tokenCount > 0 && heard.tokenCount + 1 >= most;
}

function lengthOf({ startSample, endSample }: SampleSpan): number {
  return endSample - startSample;
}
