import { spaced, stemOf } from '../../core/indexing/content-terms.ts';

/** Longest stem that is kept, in UTF-16 units: what is longer is no word, and a lexeme ends at 2046 bytes. */
const MAX_STEM = 64;

/** Most words of a passage that are indexed: positions in a tsvector end at 16,383. */
const MAX_WORDS = 16_000;

/** Text as PostgreSQL can hold it: it refuses NUL, and half of a surrogate pair is no character. Keeps the length. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** A word's stem as it stands in the index; empty when nothing is left of it. */
export function indexStem(word: string): string {
  return stemOf(word).slice(0, MAX_STEM).toWellFormed();
}

/** Lexemes begin with their owner's number, so that a search reads entries of its owner only. */
export function lexemeOf(owner: number, stem: string): string {
  return `'${owner}:${stem}'`;
}

export interface IndexedWords {
  /** A literal of the type tsvector: words of the text have weight A, those of the titles B. */
  readonly vector: string;
  readonly stems: ReadonlySet<string>;
  readonly words: number;
}

/**
 * What the full text index holds of a passage. Stems are made here, as everywhere else in Scholium, and not by a text
 * search configuration of the server: all languages alike, no stop words, and the same on every server.
 */
export function indexedWords(owner: number, text: string, context: string): IndexedWords {
  const places = new Map<string, string[]>();
  let position = 0;
  const add = (words: readonly string[], weight: 'A' | 'B'): void => {
    for (const word of words) {
      const stem = indexStem(word);
      if (stem === '' || position >= MAX_WORDS) continue;
      const known = places.get(stem) ?? [];
      known.push(`${++position}${weight}`);
      places.set(stem, known);
    }
  };
  add(wordsIn(text), 'A');
  add(wordsIn(context), 'B');
  const vector = [...places].map(([stem, at]) => `${lexemeOf(owner, stem)}:${at.join(',')}`).join(' ');
  return { vector, stems: new Set(places.keys()), words: position };
}

/** Letters, digits and marks only: nothing that is syntax inside a quoted lexeme. */
function wordsIn(text: string): string[] {
  return (
    spaced(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}
