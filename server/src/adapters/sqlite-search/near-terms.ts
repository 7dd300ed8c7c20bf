import { allowedEdits, distanceFrom } from '../../core/domain/edit-distance.ts';
import { prepared, type SearchDatabase } from './search-database.ts';

/** Shorter words are too often a letter away from another one that means something else. */
const LEAST_LETTERS = 5;

/** Most terms that stand in for one. */
const MOST = 3;

interface Terms {
  /** SQLite's number of the state they were read in. */
  readonly version: unknown;
  readonly byLetter: Map<string, readonly string[]>;
}

/** Terms of each open index as they were last read. */
const known = new WeakMap<SearchDatabase, Terms>();

/**
 * The terms of the index that a stem which stands nowhere may be meant for: those with the fewest wrong letters (as many as the search
 * box forgives) that begin alike, or the same letters in another order (`ghandi`). Empty for short words and numbers. Terms are
 * read by first letter and kept until the index changes: about 3 ms for 50,000 passages.
 */
export function nearTerms(database: SearchDatabase, stem: string): readonly string[] {
  const letter = stem.slice(0, 1);
  if (stem.length < LEAST_LETTERS || !/^\p{L}+$/u.test(stem)) return [];
  const most = allowedEdits(stem.length);
  const distance = distanceFrom(stem, most, 'word');
  const letters = lettersOf(stem);
  let [fewest, nearest]: [number, string[]] = [most, []];
  for (const term of termsWith(database, letter)) {
    if (Math.abs(term.length - stem.length) > most || /\d/.test(term)) continue;
    const isSameLetters = term.length === stem.length && lettersOf(term) === letters;
    const edits = isSameLetters ? 1 : distance(term);
    if (edits > fewest) continue;
    if (edits < fewest) [fewest, nearest] = [edits, []];
    nearest.push(term);
  }
  return nearest.slice(0, MOST);
}

function lettersOf(word: string): string {
  return [...word].sort().join('');
}

function termsWith(database: SearchDatabase, letter: string): readonly string[] {
  const version = database.pragma('data_version', { simple: true });
  const kept = known.get(database);
  const terms: Terms = kept && kept.version === version ? kept : { version, byLetter: new Map<string, readonly string[]>() };
  known.set(database, terms);
  const found = terms.byLetter.get(letter) ?? readTerms(database, letter);
  terms.byLetter.set(letter, found);
  return found;
}

function readTerms(database: SearchDatabase, letter: string): string[] {
  const find = prepared<[string, string], { term: string }>(
    database,
    'SELECT term FROM word_counts WHERE term >= ? AND term < ?',
  );
  return find.all(letter, `${letter}\u{10FFFF}`).map(({ term }) => term);
}
