import type { Segment } from '../domain/transcript.ts';
import { reviseWords, wordsIn, type RevisedWord, type TextPatch } from '../domain/revision.ts';

/** What a person wants changed: words of the version they saw, by index, both ends included (`lastWord` = `firstWord` - 1 puts in). */
export interface WordEdit {
  readonly firstWord: number;
  readonly lastWord: number;
  readonly text: string;
}

type WordRange = Pick<TextPatch, 'firstWord' | 'lastWord'>;

/**
 * The patches of a text after edits to it. Edits name words of the text as it is with `patches`; patches name words of the base.
 * An edit that touches an earlier patch takes its place; one that brings back what the base has leaves no patch.
 *
 * @throws RangeError when an edit names words that are not there, or two edits name the same
 */
export function patchesOfEdits(
  base: readonly Segment[],
  patches: readonly TextPatch[],
  edits: readonly WordEdit[],
): readonly TextPatch[] {
  const heard = base.flatMap((segment) => segment.words.map(({ text }) => text));
  let [texts, words] = [patches, reviseWords(base, patches)];
  let before = words.length + 1;
  // From the last to the first, so that the numbers of those before still hold.
  for (const edit of edits.toSorted((a, b) => b.firstWord - a.firstWord || b.lastWord - a.lastWord)) {
    if (
      edit.firstWord < 0 ||
      edit.lastWord < edit.firstWord - 1 ||
      Math.max(edit.firstWord, edit.lastWord + 1) > Math.min(before, words.length)
    )
      throw new RangeError(`There are no words ${edit.firstWord} to ${edit.lastWord} to correct, or two edits name them.`);
    before = edit.firstWord;
    const { patch, places } = patchOf(words, edit);
    const next = putPatch(texts, patch, heard, places);
    // Words before it keep their numbers, but those of a patch that is gone have lost their place.
    if (next.length !== texts.length + 1) words = reviseWords(base, next);
    texts = next;
  }
  return texts;
}

/** The patch for an edit, and the places of the words that it has in it. */
function patchOf(words: readonly RevisedWord[], edit: WordEdit): { patch: TextPatch; places: readonly WordRange[] } {
  const { firstWord, lastWord, text } = edit.lastWord < edit.firstWord ? asReplacement(words, edit) : edit;
  if (lastWord < firstWord) {
    const at = words[firstWord]?.firstWord ?? (words.at(-1)?.lastWord ?? -1) + 1;
    return { patch: { firstWord: at, lastWord: at - 1, text: clean(text), conflict: null }, places: [] };
  }
  // What the earlier patches have around the edit stays.
  const [first, last] = [words[firstWord], words[lastWord]];
  let [from, to] = [firstWord, lastWord];
  while (from > 0 && samePlace(words[from - 1], first)) from--;
  while (to + 1 < words.length && samePlace(words[to + 1], last)) to++;
  const textOf = (start: number, end: number): string[] => words.slice(start, end).map((word) => word.text);
  const places = words.slice(from, to + 1);
  const patch: TextPatch = {
    firstWord: Math.min(...places.map((word) => word.firstWord)),
    lastWord: Math.max(...places.map((word) => word.lastWord)),
    text: clean([...textOf(from, firstWord), text, ...textOf(lastWord + 1, to + 1)].join(' ')),
    conflict: null,
  };
  return { patch, places };
}

/** What is put in inside an earlier patch, or beside words that were put in there, changes that patch. */
function asReplacement(words: readonly RevisedWord[], edit: WordEdit): WordEdit {
  const at = edit.firstWord;
  const [before, after] = [words[at - 1], words[at]];
  if (after && (samePlace(before, after) || isPutIn(after)))
    return { firstWord: at, lastWord: at, text: `${edit.text} ${after.text}` };
  if (before && isPutIn(before)) return { firstWord: at - 1, lastWord: at - 1, text: `${before.text} ${edit.text}` };
  return edit;
}

function isPutIn({ firstWord, lastWord }: WordRange): boolean {
  return lastWord < firstWord;
}

function samePlace(a: WordRange | undefined, b: WordRange | undefined): boolean {
  return a !== undefined && b !== undefined && a.firstWord === b.firstWord && a.lastWord === b.lastWord;
}

/** With the patch in place of those it touches and of those at `places`; without it when it says what the base has. */
export function putPatch(
  patches: readonly TextPatch[],
  patch: TextPatch,
  heard: readonly string[],
  places: readonly WordRange[] = [],
): readonly TextPatch[] {
  const others = patches.filter((other) => !isReplaced(other, patch, places));
  const isBase = patch.text === heard.slice(patch.firstWord, patch.lastWord + 1).join(' ');
  return isBase ? others : [...others, patch].toSorted((a, b) => a.firstWord - b.firstWord || a.lastWord - b.lastWord);
}

function isReplaced(other: TextPatch, patch: TextPatch, places: readonly WordRange[]): boolean {
  return touches(other, patch) || places.some((place) => isPutIn(place) && samePlace(place, other));
}

/** Whether two ranges have words in common, or the one is put in within the other; what is put in at the edge of a range is beside it. */
export function touches(a: WordRange, b: WordRange): boolean {
  if (isPutIn(a) && isPutIn(b)) return a.firstWord === b.firstWord;
  if (isPutIn(a)) return a.firstWord > b.firstWord && a.firstWord <= b.lastWord;
  if (isPutIn(b)) return touches(b, a);
  return a.firstWord <= b.lastWord && b.firstWord <= a.lastWord;
}

function clean(text: string): string {
  return wordsIn(text).join(' ');
}
