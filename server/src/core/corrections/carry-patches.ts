import { alignWords, comparable } from '../domain/align-words.ts';
import type { TextPatch } from '../domain/revision.ts';
import type { Word } from '../domain/transcript.ts';
import { putPatch, touches } from './patches-of-edits.ts';

/** How much sound around a correction is laid side by side to find its place in another version. */
const AROUND_MS = 3_000;

export interface CarriedPatches {
  readonly texts: readonly TextPatch[];
  /** Corrections that the new version has made itself. */
  readonly agreed: number;
  readonly conflicts: number;
}

/**
 * Takes people's corrections over to a new machine version of the same recording (a three-way merge): what a person wrote stays. Where the
 * new version says what they wrote there is nothing left to correct; where it says something else than before, the correction
 * stays and is marked with what the machine hears now.
 */
export function carryPatches(before: readonly Word[], now: readonly Word[], patches: readonly TextPatch[]): CarriedPatches {
  const heard = now.map(({ text }) => text);
  let texts: readonly TextPatch[] = [];
  let [agreed, conflicts] = [0, 0];
  for (const patch of patches) {
    const place = carryRange(before, now, patch);
    const [was, is] = [textAt(before, patch), textAt(now, place)];
    if (same(is, patch.text)) {
      agreed += 1;
      // The machine hears it too, but a person's capitals and punctuation are theirs.
      texts = putPatch(texts, { ...place, text: patch.text, conflict: null }, heard);
      continue;
    }
    const conflict = same(is, was) ? patch.conflict : is;
    if (conflict !== null) conflicts += 1;
    texts = join(texts, { ...place, text: patch.text, conflict }, heard);
  }
  return { texts, agreed, conflicts };
}

/** Two corrections whose places have become one stand there both, in their order. */
function join(texts: readonly TextPatch[], patch: TextPatch, heard: readonly string[]): readonly TextPatch[] {
  const there = texts.find((other) => touches(other, patch));
  if (!there) return putPatch(texts, patch, heard);
  const both: TextPatch = {
    firstWord: Math.min(there.firstWord, patch.firstWord),
    lastWord: Math.max(there.lastWord, patch.lastWord),
    text: `${there.text} ${patch.text}`.trim(),
    conflict: [there.conflict, patch.conflict].filter((text) => text !== null).join(' ') || null,
  };
  return join(
    texts.filter((other) => other !== there),
    both,
    heard,
  );
}

/** The words of `now` that stand where words of `before` stood: between what the words on both sides of them have become. */
export function carryRange(
  before: readonly Word[],
  now: readonly Word[],
  patch: Pick<TextPatch, 'firstWord' | 'lastWord'>,
): { firstWord: number; lastWord: number } {
  const startMs = before[patch.firstWord]?.startMs ?? before[patch.firstWord - 1]?.endMs ?? 0;
  const endMs = before[patch.lastWord]?.endMs ?? startMs;
  const [old, fresh] = [windowOf(before, startMs, endMs), windowOf(now, startMs, endMs)];
  const pairs = alignWords(textsIn(before, old), textsIn(now, fresh));
  let [after, until] = [fresh.from - 1, fresh.end];
  for (const [i, j] of pairs) {
    if (i === null || j === null) continue;
    if (old.from + i < patch.firstWord) after = fresh.from + j;
    if (old.from + i > patch.lastWord && until === fresh.end) until = fresh.from + j;
  }
  return { firstWord: after + 1, lastWord: Math.max(after, until - 1) };
}

interface Window {
  readonly from: number;
  readonly end: number;
}

/** The words around a stretch of time, which is in the order of the words. */
function windowOf(words: readonly Word[], startMs: number, endMs: number): Window {
  const from = firstEndingAfter(words, startMs - AROUND_MS);
  return { from, end: Math.max(from, firstEndingAfter(words, endMs + AROUND_MS)) };
}

function firstEndingAfter(words: readonly Word[], ms: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.endMs ?? Infinity) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

function textsIn(words: readonly Word[], { from, end }: Window): string[] {
  return words.slice(from, end).map(({ text }) => text);
}

function textAt(words: readonly Word[], { firstWord, lastWord }: { firstWord: number; lastWord: number }): string {
  return words
    .slice(firstWord, lastWord + 1)
    .map(({ text }) => text)
    .join(' ');
}

function same(a: string, b: string): boolean {
  const plain = (text: string): string => text.split(' ').map(comparable).join(' ');
  return plain(a) === plain(b);
}
