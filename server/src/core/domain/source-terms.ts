import { isStopWord } from './content-terms.ts';
import { wordPlaces, type WordPlace } from './word-places.ts';

/** A word or a phrase as it is shown, and in how many passages of a source it stands. */
export type CountedTerm = readonly [text: string, passages: number];

/** Most words and phrases kept of a source. A lecture of three hours has about 4,000 different words. */
const MAX_WORDS = 5000;
const MAX_PHRASES = 300;
const LONGEST_WORD = 40;

/**
 * The words worth suggesting of a source's passages, and the pairs of words that stand side by side in at least two of
 * them. In lower case, with their accents, most frequent first.
 *
 * @example sourceTerms(['The black hole.', 'A black hole is dark.']) // [['black', 2], ['hole', 2], ['dark', 1], ['black hole', 2]]
 */
export function sourceTerms(texts: Iterable<string>): CountedTerm[] {
  const words = new Map<string, number>();
  const phrases = new Map<string, number>();
  for (const text of texts) {
    const places = wordPlaces(text);
    count(
      words,
      places.filter(isWorthShowing).map(({ word }) => word),
    );
    count(phrases, phrasesIn(text, places));
  }
  const repeated = [...phrases].filter(([, passages]) => passages > 1);
  return [...mostFrequent([...words], MAX_WORDS), ...mostFrequent(repeated, MAX_PHRASES)];
}

function phrasesIn(text: string, places: readonly WordPlace[]): string[] {
  return places.flatMap((place, index) => {
    const next = places[index + 1];
    if (!next || !isWorthShowing(place) || !isWorthShowing(next)) return [];
    const between = text.slice(place.end, next.start);
    return between === ' ' || between === '-' ? [`${place.word}${between}${next.word}`] : [];
  });
}

/** No stop words, no numbers, no single letters; two signs of Chinese are a word, two letters of Latin hardly one. */
function isWorthShowing({ word }: WordPlace): boolean {
  const shortest = /^[\u0000-\u024f]/.test(word) ? 3 : 2; // oxlint-disable-line no-control-regex -- Latin letters and below
  return word.length >= shortest && word.length <= LONGEST_WORD && /\p{L}/u.test(word) && !isStopWord(word);
}

/** Each passage counts a word once. */
function count(counts: Map<string, number>, words: readonly string[]): void {
  for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
}

function mostFrequent(terms: CountedTerm[], limit: number): CountedTerm[] {
  return terms.sort(([a, often], [b, oftenB]) => oftenB - often || (a < b ? -1 : 1)).slice(0, limit);
}
