import { queryWords, stemOf } from '../../core/domain/content-terms.ts';

/**
 * Most rows whose words may be scored for one question, all words together. Scoring takes about 1 microsecond a row and
 * word: this bounds a question to some 12 ms however frequent its words are (decision 0002).
 */
const MAX_POSTINGS = 9_000;

export interface ParsedQuery {
  /** An FTS5 expression without any syntax from the user; null when there is nothing to look up. */
  readonly expression: string | null;
  /** What is looked for, in the question's order. */
  readonly stems: ReadonlySet<string>;
}

/** What the index knows of words. */
export interface KnownWords {
  /** How many rows hold a stem. */
  rowsWith(stem: string): number;
  /** What a stem that stands nowhere may be meant for, as stems. */
  near(stem: string): readonly string[];
}

/**
 * Reads a question as a bag of words: each quoted, joined by OR, so nothing in it is FTS syntax. In place of a word that stands
 * nowhere those are looked for that it may be misspelt for. Rare words come first; frequent ones are left out once the rows to be
 * scored exceed `MAX_POSTINGS`, as they would change little in the order.
 */
export function parseQuery(text: string, known: KnownWords): ParsedQuery {
  const words = queryWords(text).flatMap((word) => {
    const stem = stemOf(word);
    const rows = known.rowsWith(stem);
    const meant = rows > 0 ? [] : known.near(stem).filter((near) => stemOf(near) === near);
    if (meant.length === 0) return [{ word, stem, rows }];
    return meant.map((near) => ({ word: near, stem: near, rows: known.rowsWith(near) }));
  });
  const stems = new Set(words.map(({ stem }) => stem));

  const chosen: string[] = [];
  let postings = 0;
  for (const { word, rows } of words.toSorted((a, b) => a.rows - b.rows)) {
    if (postings > 0 && postings + rows > MAX_POSTINGS) break;
    postings += rows;
    chosen.push(`"${word}"`);
  }
  return { expression: chosen.length > 0 ? chosen.join(' OR ') : null, stems };
}
