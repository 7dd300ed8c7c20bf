import { queryWords, stemOf } from '../../core/domain/content-terms.ts';

/**
 * Most rows whose words may be scored for one question, all words together. Scoring takes about 1 microsecond a row and
 * word: this bounds a question to some 12 ms however frequent its words are (decision 0002).
 */
const MAX_POSTINGS = 9_000;

export interface ParsedQuery {
  /** An FTS5 expression without any syntax from the user; null when there is nothing to look up. */
  readonly expression: string | null;
  readonly stems: ReadonlySet<string>;
}

/**
 * Reads a question as a bag of words: each quoted, joined by OR, so nothing in it is FTS syntax. Rare words come first;
 * frequent ones are left out once the rows to be scored exceed `MAX_POSTINGS`, as they would change little in the order.
 *
 * @param rowsWith how many rows hold a stem.
 */
export function parseQuery(text: string, rowsWith: (stem: string) => number): ParsedQuery {
  const words = queryWords(text).map((word) => {
    const stem = stemOf(word);
    return { word, stem, rows: rowsWith(stem) };
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
