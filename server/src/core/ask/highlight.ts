import { queryWords, stemOf } from '../domain/content-terms.ts';
import { wordPlaces, type TextRange } from '../domain/word-places.ts';

/** Longest snippet, in UTF-16 units: about three lines on a screen. */
export const SNIPPET_LENGTH = 240;

/** Characters shown before the first word that matched, at most. */
const LEAD_LENGTH = 60;

/** Tells where words of the query stand in texts, in any of their forms (by their stems), in order. */
export function highlighter(query: string): (text: string) => TextRange[] {
  const stems = new Set(queryWords(query).map(stemOf));
  return (text) =>
    wordPlaces(text)
      .filter(({ word }) => stems.has(stemOf(word)))
      .map(({ start, end }) => ({ start, end }));
}

/**
 * The part of a text to show: all of a short one, of a long one the part with most of the words that matched (most
 * different ones first), cut between words.
 */
export function snippetOf(text: string, highlights: readonly TextRange[]): TextRange {
  if (text.length <= SNIPPET_LENGTH) return { start: 0, end: text.length };
  const stems = highlights.map(({ start, end }) => stemOf(text.slice(start, end).toLowerCase()));
  let best = { worth: -1, start: 0, end: 0 };
  for (const at of [0, ...highlights.map(({ start }) => start)]) {
    const wanted = wordStart(text, Math.max(0, at - LEAD_LENGTH), at);
    const start = Math.min(wanted, wordStart(text, text.length - SNIPPET_LENGTH, wanted));
    const end = wordEnd(text, start, start + SNIPPET_LENGTH);
    const inside = stems.filter((_stem, index) => isWithin(highlights[index], start, end));
    const worth = new Set(inside).size * 1000 + inside.length;
    if (worth > best.worth) best = { worth, start, end };
  }
  return { start: best.start, end: best.end };
}

function isWithin(range: TextRange | undefined, start: number, end: number): boolean {
  return range !== undefined && range.start >= start && range.end <= end;
}

/** The first place from `from` on where a word begins after a space; `latest` when there is none before it. */
function wordStart(text: string, from: number, latest: number): number {
  for (let at = from; at < latest; at++) {
    if (at === 0 || (isSpace(text, at - 1) && !isSpace(text, at))) return at;
  }
  return latest;
}

/** The last place up to `to` where a word ends before a space; `to` itself, between two letters, when there is none. */
function wordEnd(text: string, from: number, to: number): number {
  if (to >= text.length) return text.length;
  for (let at = to; at > from; at--) if (isSpace(text, at) && !isSpace(text, at - 1)) return at;
  return text.slice(from, to).isWellFormed() ? to : to - 1; // not within a surrogate pair
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}
