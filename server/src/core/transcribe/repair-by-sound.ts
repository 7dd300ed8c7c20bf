import { doubleMetaphone } from 'double-metaphone';
import { fold } from '../domain/edit-distance.ts';
import type { TranscriptFindings, Word } from '../domain/transcript.ts';

/** Shorter words sound like too many others. */
const SHORTEST = 6;
/** A term that was not known may be heard as several words. */
const MOST_WORDS = 3;
/** Words of which the engine is surer than this stay. */
const SURE = 0.9;
/** Letters of the shorter that the two have to share, in order. */
const LIKENESS = 0.6;

type Repaired = TranscriptFindings['repaired'][number];

/**
 * Puts terms of the course in place of what sounds like them: "hypo campus" where the slides say "hippocampus". Only for English, only
 * long terms, and only where the engine is not sure; each repair is told with what was heard.
 */
export function repairBySound(words: readonly Word[], vocabulary: readonly string[]): { words: Word[]; repaired: Repaired[] } {
  const terms = termsBySound(vocabulary);
  if (terms.size === 0) return { words: [...words], repaired: [] };
  const known = new Set(vocabulary.map(letters));
  const [mended, repaired]: [Word[], Repaired[]] = [[], []];
  for (let at = 0; at < words.length;) {
    const found = known.has(letters(words[at]?.text ?? '')) ? null : repairAt(words, at, terms);
    const heard = words.slice(at, at + (found?.length ?? 1));
    const [first, last] = [heard[0], heard.at(-1)];
    if (found && first && last) {
      const text = withSigns(found.term, first.text, last.text);
      const confidence = Math.min(...heard.map((word) => word.confidence));
      mended.push({ text, startMs: first.startMs, endMs: last.endMs, confidence });
      repaired.push({
        startMs: first.startMs,
        endMs: last.endMs,
        heard: heard.map((word) => word.text).join(' '),
        written: text,
      });
    } else mended.push(...heard);
    at += heard.length;
  }
  return { words: mended, repaired };
}

/** The term that the most words from here on sound like. */
function repairAt(
  words: readonly Word[],
  at: number,
  terms: ReadonlyMap<string, readonly string[]>,
): { term: string; length: number } | null {
  for (let length = Math.min(MOST_WORDS, words.length - at); length >= 1; length--) {
    const heard = words.slice(at, at + length);
    if (meanOf(heard) >= SURE) continue;
    // A sign between words keeps them apart.
    if (heard.slice(0, -1).some((word) => /[\p{P}]$/u.test(word.text))) continue;
    const together = heard.map((word) => letters(word.text)).join('');
    if (together.length < SHORTEST - 1) continue;
    const term = (terms.get(soundOf(together)) ?? []).find((candidate) => isLike(together, letters(candidate)));
    // One word that is spelt so already is the term itself.
    if (term !== undefined && (length > 1 || letters(term) !== together)) return { term, length };
  }
  return null;
}

function termsBySound(vocabulary: readonly string[]): Map<string, string[]> {
  const terms = new Map<string, string[]>();
  for (const term of vocabulary) {
    if (letters(term).length < SHORTEST || !/^[\p{Script=Latin}\p{M}'’-]+$/u.test(term)) continue;
    const sound = soundOf(letters(term));
    terms.set(sound, [...(terms.get(sound) ?? []), term]);
  }
  return terms;
}

function soundOf(word: string): string {
  return doubleMetaphone(word)[0];
}

/** The share of letters in common, in order (longest common subsequence), is high enough. */
function isLike(a: string, b: string): boolean {
  const row = Array.from({ length: b.length + 1 }, () => 0);
  for (const letter of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      row[j] = letter === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1] ?? 0);
      diagonal = above;
    }
  }
  return (row[b.length] ?? 0) >= LIKENESS * Math.max(a.length, b.length);
}

function letters(text: string): string {
  return fold(text).replace(/[^\p{L}]/gu, '');
}

/** The term with the capital of the first word and the punctuation after the last. */
function withSigns(term: string, first: string, last: string): string {
  const capital = /^\P{L}*\p{Lu}/u.test(first) ? term.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) : term;
  return capital + (/[\p{P}]+$/u.exec(last)?.[0] ?? '');
}

function meanOf(words: readonly Word[]): number {
  return words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
}
