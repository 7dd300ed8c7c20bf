import { isStopWord } from './content-terms.ts';

/** Characters and words that are looked at; a language shows much sooner. */
const SAMPLE_LENGTH = 8000;

/** Fewer words than this say nothing about a language. */
const FEWEST_WORDS = 40;

/** Words of the list of function words that other languages in Latin letters are full of too (German, Portuguese, Italian, French). */
const SHARED = new Set(['a', 'an', 'as', 'do', 'has', 'i', 'in', 'me', 'my', 'on', 'so', 'was', 'will']);

/** Share of the words: running English has 0.25 or more ("the", "of", "and", "is", ...), the other languages next to none. */
const ENGLISH_SHARE = 0.12;

/**
 * Whether a text that does not say its language may be taken for English: most of its letters are Latin, and, where it is long
 * enough to tell, enough of its words are English function words.
 *
 * @example isProbablyEnglish('Die Flut steigt zweimal am Tag ...') // false, from 40 words on
 */
export function isProbablyEnglish(text: string): boolean {
  const sample = text.slice(0, SAMPLE_LENGTH).toLowerCase();
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const latin = sample.match(/\p{sc=Latin}/gu)?.length ?? 0;
  if (letters > 0 && latin < letters / 2) return false;
  const words = sample.match(/[\p{L}\p{M}]+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return true;
  return words.filter((word) => isStopWord(word) && !SHARED.has(word)).length >= ENGLISH_SHARE * words.length;
}
