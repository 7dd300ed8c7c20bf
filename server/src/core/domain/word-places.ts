import { spaced } from './content-terms.ts';

/** Part of a text in UTF-16 units, the end not included, as of `text.slice(start, end)`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface WordPlace extends TextRange {
  /** Lower case. */
  readonly word: string;
}

/**
 * The words of a text with their places: the words that the search index sees, also in languages that write no spaces.
 *
 * @example wordPlaces('It is.') // [{ word: 'it', start: 0, end: 2 }, { word: 'is', start: 3, end: 5 }]
 */
export function wordPlaces(text: string): WordPlace[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)).flatMap(({ 0: run, index }) => {
    let start = index;
    // Without spaces between words a run of letters is a sentence; what is put between them takes no place in the text.
    return spaced(run)
      .split(' ')
      .map((word) => {
        const place = { word: word.toLowerCase(), start, end: start + word.length };
        start = place.end;
        return place;
      });
  });
}
