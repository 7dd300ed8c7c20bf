import { spaced, stemOf } from '../../core/domain/content-terms.ts';

/** Longest stem that is kept, in UTF-16 units: what is longer is no word, and a key of an index ends at 2,700 bytes. */
const MAX_STEM = 64;

/** Most words of a passage that are indexed: 16 bits hold its length. */
const MAX_WORDS = 65_535;

/** 8 bits: by then, once more changes nothing in a BM25. */
const MOST_HALVES = 255;

/** Text as PostgreSQL can hold it: it refuses NUL, and half of a surrogate pair is no character. Keeps the length. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** A word's stem as it stands in the index; empty when nothing is left of it. */
export function indexStem(word: string): string {
  return stemOf(word).slice(0, MAX_STEM).toWellFormed();
}

export interface CountedWords {
  /** How often each stem stands in the passage, in halves: a word of the titles counts half. */
  readonly halves: ReadonlyMap<string, number>;
  readonly words: number;
}

/**
 * What the index knows of a passage's words. Stems are made here, as everywhere else in Scholium, and not by a text
 * search configuration of the server: all languages alike, no stop words, and the same on every server.
 */
export function countWords(text: string, context: string): CountedWords {
  const halves = new Map<string, number>();
  let words = 0;
  const add = (found: readonly string[], weight: number): void => {
    for (const word of found) {
      const stem = indexStem(word);
      if (stem === '' || words >= MAX_WORDS) continue;
      words++;
      halves.set(stem, Math.min(MOST_HALVES, (halves.get(stem) ?? 0) + weight));
    }
  };
  add(wordsIn(text), 2);
  add(wordsIn(context), 1);
  return { halves, words };
}

/** A passage in the list of a stem: its row, its length and how often the stem stands in it, in 64 bits, so that a list is short. */
export function packPosting(row: number, words: number, halves: number): string {
  return String((BigInt(row) << 24n) | BigInt(words << 8) | BigInt(halves));
}

/** SQL that takes a posting `p` apart. */
export const unpacked = {
  row: 'p >> 24',
  words: '((p >> 8) & 65535)::float8',
  often: '((p & 255)::float8 / 2)',
} as const;

function wordsIn(text: string): string[] {
  return (
    spaced(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}
