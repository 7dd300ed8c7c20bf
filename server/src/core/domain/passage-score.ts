import type { SourceKind } from '@scholium/contract';

/**
 * How much each sign counts that a passage answers a question; a full match of words counts 1. Measured: decision 0002. Weights of
 * meaning from 1.5 to 2.5, of pairs from 0.4 to 0.6 make no difference that could be told from chance.
 */
const MEANING = 2;
const PAIRS = 0.5;

/** How much the passages before and after count: people speak about a thing longer than a passage, and write in paragraphs. */
const AROUND: Readonly<Record<SourceKind, number>> = { recording: 0.5, document: 0.2 };

/** Words match well when one of the best five passages holds more than this share of the question's words. */
export const GOOD_OVERLAP = 0.5;

/** How many of the best are looked at again with `closerScore`. */
export const LOOKED_AT_CLOSER = 40;

export interface Compared {
  /** Higher is better. */
  readonly bm25: number;
  /** Null when the passage has no vector yet. */
  readonly cosine: number | null;
}

/**
 * The score of each passage by words and meaning: share of the best bm25 (scaled by `wordsMatch`, 0..1, where words match badly) and
 * cosine. A passage that was not embedded yet has the usual cosine: it is neither favoured nor held back.
 *
 * @example firstScore([{ bm25: 4, cosine: 0.5 }], 1)({ bm25: 2, cosine: 0.25 }) // 1
 */
export function firstScore(candidates: readonly Compared[], wordsMatch: number): (candidate: Compared) => number {
  const bestBm25 = Math.max(0, ...candidates.map(({ bm25 }) => bm25));
  const cosines = candidates.flatMap(({ cosine }) => cosine ?? []);
  const usual = cosines.length > 0 ? cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length : 0;
  return ({ bm25, cosine }) => (bestBm25 > 0 ? (wordsMatch * bm25) / bestBm25 : 0) + MEANING * (cosine ?? usual);
}

export interface CloserLook {
  readonly kind: SourceKind;
  readonly first: number;
  /** Share (0..1) of the question's neighbouring words that are neighbours in the passage: `pairsIn`. */
  readonly pairs: number;
  /** As for `firstScore`. */
  readonly wordsMatch: number;
  /** First scores of the passages before and after, as far as there are. */
  readonly around: readonly number[];
}

/** The score of one of the best passages, with what its text and its neighbours say. */
export function closerScore({ kind, first, pairs, wordsMatch, around }: CloserLook): number {
  const own = first + PAIRS * wordsMatch * pairs;
  if (around.length === 0) return own;
  const mean = around.reduce((sum, score) => sum + score, 0) / around.length;
  return (own + AROUND[kind] * mean) / (1 + AROUND[kind]);
}
