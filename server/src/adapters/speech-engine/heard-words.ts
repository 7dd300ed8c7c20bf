import type { TimeSpan } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { HeardText, HeardToken } from './heard-text.ts';
import { wordsOfText, type TextWord } from './words-of-text.ts';

/** For engines that tell no probabilities: neither sure nor doubtful. Stated in docs/engines.md. */
export const UNTOLD_CONFIDENCE = 0.8;
/** A spoken piece of a word does not last longer, whatever silence follows it. */
const LONGEST_TOKEN_MS = 600;
/** The text and its tokens may differ (numbers are written as digits); further away the same letters are another word. */
const LOOK_AHEAD = 40;

/** The piece of sound that was heard, in milliseconds of the recording. */
export interface Piece extends TimeSpan {
  /** Where speech was found in it, in order. */
  readonly speech: readonly TimeSpan[];
}

/**
 * The words of what was heard, with times: by the engine's tokens where it gives times, else by its segments, else over all speech of
 * the piece; in the last two cases each word gets the share of the time that its letters are of the text.
 */
export function wordsHeard(heard: HeardText, piece: Piece, language: string | null): Word[] {
  const words = wordsOfText(heard.text, language);
  const anchors = anchorsOf(heard);
  const timed = anchors.length > 0 ? byTokens(words, anchors, piece) : bySegments(words, heard, piece);
  let last = piece.startMs;
  return timed.map(({ word, startMs, endMs, confidence }) => {
    const start = Math.max(last, clamp(Math.round(startMs), piece));
    last = start;
    return { text: word.text, startMs: start, endMs: Math.max(start, clamp(Math.round(endMs), piece)), confidence };
  });
}

interface TimedWord extends TimeSpan {
  readonly word: TextWord;
  readonly confidence: number;
}

/** A token and where it stands in the text. */
interface Anchor {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly probability: number | null;
}

function anchorsOf({ text, tokens }: HeardText): Anchor[] {
  const anchors: Anchor[] = [];
  let cursor = 0;
  const folded = fold(text);
  tokens.forEach((token, index) => {
    if (token.text === '') return;
    const places = [text.indexOf(token.text, cursor), folded?.indexOf(token.text.toLowerCase(), cursor) ?? -1];
    const from = places.find((place) => place >= 0 && place - cursor <= LOOK_AHEAD);
    if (from === undefined) return;
    cursor = from + token.text.length;
    anchors.push({
      from,
      to: cursor,
      startMs: token.startMs,
      endMs: endOf(token, tokens[index + 1]),
      probability: token.probability,
    });
  });
  return anchors;
}

/** In lower case, where that moves no letter: some engines write their text with capitals and its words without. */
function fold(text: string): string | null {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : null;
}

function endOf(token: HeardToken, next: HeardToken | undefined): number {
  return token.endMs ?? Math.min(next?.startMs ?? Infinity, token.startMs + LONGEST_TOKEN_MS);
}

function byTokens(words: readonly TextWord[], anchors: readonly Anchor[], piece: Piece): TimedWord[] {
  let at = 0;
  let endMs = piece.startMs;
  return words.map((word) => {
    while (at < anchors.length && (anchors[at]?.to ?? 0) <= word.from) at += 1;
    const own: Anchor[] = [];
    for (let i = at; i < anchors.length && (anchors[i]?.from ?? 0) < word.to; i++) own.push(anchors[i]!);
    const [first, last] = [own[0], own.at(-1)];
    // A word without a token of its own lies between its neighbours.
    const startMs = first ? piece.startMs + first.startMs : endMs;
    endMs = last ? piece.startMs + last.endMs : Math.max(endMs, piece.startMs + (anchors[at]?.startMs ?? 0));
    return { word, startMs, endMs, confidence: confidenceOf(own) };
  });
}

/** The geometric mean of the tokens' probabilities. */
function confidenceOf(anchors: readonly Anchor[]): number {
  const told = anchors.flatMap(({ probability }) => (probability === null ? [] : [Math.max(probability, 1e-6)]));
  if (told.length === 0) return UNTOLD_CONFIDENCE;
  return Math.min(1, Math.exp(told.reduce((sum, probability) => sum + Math.log(probability), 0) / told.length));
}

function bySegments(words: readonly TextWord[], heard: HeardText, piece: Piece): TimedWord[] {
  const regions: { from: number; to: number; spans: readonly TimeSpan[]; confidence: number }[] = [];
  let cursor = 0;
  for (const segment of heard.segments) {
    const from = segment.text === '' ? -1 : heard.text.indexOf(segment.text, cursor);
    if (from < 0) continue;
    cursor = from + segment.text.length;
    const span = { startMs: piece.startMs + segment.startMs, endMs: piece.startMs + segment.endMs };
    regions.push({
      from,
      to: cursor,
      spans: speechWithin(piece.speech, span),
      confidence: segment.probability ?? UNTOLD_CONFIDENCE,
    });
  }
  // Text that is in no segment: the segments are not to be trusted.
  const isWhole = words.every((word) => regions.some(({ from, to }) => from <= word.from && word.to <= to));
  if (!isWhole) return spread(words, piece.speech, UNTOLD_CONFIDENCE);
  return regions.flatMap(({ from, to, spans, confidence }) =>
    spread(
      words.filter((word) => from <= word.from && word.to <= to),
      spans,
      confidence,
    ),
  );
}

function speechWithin(speech: readonly TimeSpan[], span: TimeSpan): readonly TimeSpan[] {
  const within = speech.flatMap(({ startMs, endMs }) => {
    const both = { startMs: Math.max(startMs, span.startMs), endMs: Math.min(endMs, span.endMs) };
    return both.endMs > both.startMs ? [both] : [];
  });
  return within.length > 0 ? within : [span];
}

/** Shares out the time of the spans by letters; a word that would reach from one span into the next goes where more of it lies. */
function spread(words: readonly TextWord[], spans: readonly TimeSpan[], confidence: number): TimedWord[] {
  const letters = words.map((word) => word.text.length + 1);
  const all = letters.reduce((sum, count) => sum + count, 0);
  const lasts = spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  let done = 0;
  return words.map((word, index) => {
    const from = (done / all) * lasts;
    done += letters[index] ?? 0;
    return { word, ...within(from, (done / all) * lasts, spans), confidence };
  });
}

/** A stretch of the spans' time, from `from` to `to` as if they followed each other without pauses, inside one of them. */
function within(from: number, to: number, spans: readonly TimeSpan[]): TimeSpan {
  let before = 0;
  let best: TimeSpan = { startMs: spans[0]?.startMs ?? 0, endMs: spans[0]?.startMs ?? 0 };
  for (const { startMs, endMs } of spans) {
    const start = Math.max(from - before, 0) + startMs;
    const end = Math.min(to - before + startMs, endMs);
    if (end - start > best.endMs - best.startMs) best = { startMs: start, endMs: end };
    before += endMs - startMs;
  }
  return best;
}

function clamp(ms: number, { startMs, endMs }: TimeSpan): number {
  return Math.min(endMs, Math.max(startMs, ms));
}
