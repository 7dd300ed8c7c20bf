import { alignWords } from '../speech/align-words.ts';
import { normaliseWords } from '../speech/word-errors.ts';

/** A word with its time in the recording. */
export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface SeamErrors {
  /** Words of the reference whose place is near a seam. */
  readonly words: number;
  /** Of those: not heard at all, heard as another one. */
  readonly lost: number;
  readonly replaced: number;
  /** Heard near a seam where nothing was said, and of those the words that repeat what stands beside them. */
  readonly added: number;
  readonly doubled: number;
}

/**
 * What went wrong near the seams of a transcript. A word of the reference is where the word lies that was heard for it; one that was not
 * heard is where the word before it ends.
 */
export function seamErrors(reference: string, heard: readonly TimedWord[], seams: readonly number[], nearMs: number): SeamErrors {
  const words = heard.flatMap((word) => normaliseWords(word.text).map((text) => ({ ...word, text })));
  const isNear = (ms: number): boolean => seams.some((at) => Math.abs(ms - at) <= nearMs);
  const found = { words: 0, lost: 0, replaced: 0, added: 0, doubled: 0 };
  let atMs = 0;
  const texts = words.map(({ text }) => text);
  const steps = alignWords(normaliseWords(reference), texts);
  for (const step of steps) {
    const word = step.kind === 'lost' ? null : words[step.heard];
    const middle = word ? (word.startMs + word.endMs) / 2 : atMs;
    if (word) atMs = word.endMs;
    if (!isNear(middle)) continue;
    if (step.kind !== 'added') found.words += 1;
    if (step.kind === 'lost') found.lost += 1;
    if (step.kind === 'replaced') found.replaced += 1;
    if (step.kind === 'added') {
      found.added += 1;
      if (repeatsNeighbour(texts, step.heard)) found.doubled += 1;
    }
  }
  return found;
}

/** Whether a word, with up to three of its neighbours, says again what comes right before or right after. */
function repeatsNeighbour(texts: readonly string[], at: number): boolean {
  for (let length = 1; length <= 3; length++)
    for (let start = at - length + 1; start <= at; start++)
      for (const other of [start - length, start + length])
        if (other >= 0 && start >= 0 && sameRun(texts, start, other, length)) return true;
  return false;
}

function sameRun(texts: readonly string[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (texts[a + i] === undefined || texts[a + i] !== texts[b + i]) return false;
  return true;
}

/** Times of one word, heard in two ways, differ by no more. */
const SAME_MS = 60;

/**
 * A transcript with the words around one place as they were heard in another way: exchanged between the nearest words on both sides, at
 * least `nearMs` away, that both have at the same time. As it was where there are none.
 */
export function exchanged(
  words: readonly TimedWord[],
  other: readonly TimedWord[],
  atMs: number,
  nearMs: number,
): readonly TimedWord[] {
  const inOther = (word: TimedWord): number =>
    other.findIndex(({ text, startMs }) => sameText(text, word.text) && Math.abs(startMs - word.startMs) <= SAME_MS);
  const before = words.findLastIndex((word) => word.endMs <= atMs - nearMs && inOther(word) >= 0);
  const after = words.findIndex((word) => word.startMs >= atMs + nearMs && inOther(word) >= 0);
  const [first, last] = [words[before], words[after]];
  if (!first || !last) return words;
  return [...words.slice(0, before), ...other.slice(inOther(first), inOther(last)), ...words.slice(after)];
}

function sameText(a: string, b: string): boolean {
  return normaliseWords(a).join(' ') === normaliseWords(b).join(' ');
}
