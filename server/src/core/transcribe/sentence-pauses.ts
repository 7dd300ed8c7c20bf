import type { Word } from '@scholium/contract';
import { twoGroups } from './two-groups.ts';
import { rarelyBegins, rarelyEnds } from './sentence-words.ts';

/**
 * A pause that ends a sentence lasts at least this long, whoever speaks, and one that lasts longer than the
 * upper bound always may. 0.8 s gave the best boundaries on read lectures (F1 .54); quick speakers need less.
 */
const SHORTEST_END_MS = 450;
const LONGEST_END_MS = 800;
/** Pauses under this are part of articulation and say nothing about sentences. */
const NOISE_MS = 120;
/** Sentences that are longer on average were not all found: the speaker may make shorter pauses between them. */
const FEW_ENDS_WORDS = 18;
/** Quick speakers stop so long between sentences, and less within them; both groups must lie clearly apart, since people hesitate. */
const QUICK_END_MS = 100;
const QUICK_NOISE_MS = 50;
const CLEARLY_APART = 3.5;
const QUICK_LEAST = 3;
const QUICK_SENTENCE_WORDS = 5;
/** Nobody reads a sentence of more words; spoken ones average 15. */
const LONGEST_SENTENCE_WORDS = 40;
/** When a long one must be split, neither half is shorter. */
const SHORTEST_PIECE_WORDS = 5;
/** A sentence of one or two words after a pause that is only just long enough is a hesitation. */
const FRAGMENT_WORDS = 2;
const HESITATION = 1.5;
/** How much longer a pause must be after a word such as "the", or before one such as "of". */
const UNLIKELY_END = 2;

/**
 * Indexes of the words that begin a sentence (the first is 0), from the pauses between words alone, for engines that
 * write no punctuation. How long an ending pause is depends on the speaker, so it is read off this recording's
 * own pauses: they form two groups (Otsu's split of their logarithms), inside sentences and between them.
 */
export function pauseBoundaries(words: readonly Word[]): number[] {
  if (words.length === 0) return [];
  const pauses = pausesBefore(words);
  const endMs = endingPauseMs(pauses);
  const starts = [0];
  for (let i = 1; i < words.length; i++) {
    if (weigh(words, pauses, i) >= endMs) starts.push(i);
  }
  return splitLong(words, pauses, joinFragments(starts, pauses, words.length, endMs));
}

/** Milliseconds of silence before each word; 0 for the first and for words that overlap. */
export function pausesBefore(words: readonly Word[]): number[] {
  return words.map((word, i) => Math.max(0, word.startMs - (words[i - 1]?.endMs ?? word.startMs)));
}

/** The shortest pause that ends a sentence here: where the pauses fall into a short and a long group. */
function endingPauseMs(pauses: readonly number[]): number {
  const split = twoGroups(logsFrom(NOISE_MS, pauses));
  const endMs = Math.min(LONGEST_END_MS, Math.max(SHORTEST_END_MS, split ? Math.exp(split.at) : LONGEST_END_MS));
  const ends = pauses.filter((pause) => pause >= endMs).length;
  return pauses.length / (ends + 1) > FEW_ENDS_WORDS ? (quickEndMs(pauses) ?? endMs) : endMs;
}

/** The same for somebody who hardly stops at all, but at the ends of sentences only; null where the pauses do not show that. */
function quickEndMs(pauses: readonly number[]): number | null {
  const split = twoGroups(logsFrom(QUICK_NOISE_MS, pauses));
  if (!split || split.apart < CLEARLY_APART || split.above < QUICK_LEAST) return null;
  const endMs = Math.exp(split.at);
  return endMs >= QUICK_END_MS && pauses.length / split.above >= QUICK_SENTENCE_WORDS ? endMs : null;
}

function logsFrom(leastMs: number, pauses: readonly number[]): number[] {
  return pauses.filter((pause) => pause >= leastMs).map((pause) => Math.log(pause));
}

/** The pause before word `i`, shortened where the words around it seldom stand at a sentence's edge. */
function weigh(words: readonly Word[], pauses: readonly number[], i: number): number {
  const unlikely = rarelyEnds(words[i - 1]?.text ?? '') || rarelyBegins(words[i]?.text ?? '');
  return (pauses[i] ?? 0) / (unlikely ? UNLIKELY_END : 1);
}

/** Joins one or two words to the nearer neighbour when the pause between them was hardly long enough. */
function joinFragments(starts: readonly number[], pauses: readonly number[], count: number, endMs: number): number[] {
  const kept = [...starts];
  for (let s = 0; s < kept.length; s++) {
    const start = kept[s] ?? 0;
    const next = kept[s + 1] ?? count;
    if (next - start > FRAGMENT_WORDS) continue;
    const before = s > 0 ? (pauses[start] ?? 0) : Infinity;
    const after = next < count ? (pauses[next] ?? 0) : Infinity;
    if (Math.min(before, after) >= endMs * HESITATION) continue;
    kept.splice(before <= after ? s : s + 1, 1);
    s = Math.max(-1, s - 2);
  }
  return kept;
}

function splitLong(words: readonly Word[], pauses: readonly number[], starts: readonly number[]): number[] {
  return starts.flatMap((start, s) => pieces(words, pauses, start, starts[s + 1] ?? words.length));
}

/** Splits a range at its longest inner pause, again and again, until no piece is too long. Never inside a word. */
function pieces(words: readonly Word[], pauses: readonly number[], start: number, end: number): number[] {
  if (end - start <= LONGEST_SENTENCE_WORDS) return [start];
  const middle = (start + end) / 2;
  let best = { score: -Infinity, at: Math.round(middle) };
  for (let i = start + SHORTEST_PIECE_WORDS; i <= end - SHORTEST_PIECE_WORDS; i++) {
    // one millisecond for every word nearer to the middle: it decides only where no pause does
    const score = weigh(words, pauses, i) - Math.abs(i - middle);
    if (score > best.score) best = { score, at: i };
  }
  return [...pieces(words, pauses, start, best.at), ...pieces(words, pauses, best.at, end)];
}
