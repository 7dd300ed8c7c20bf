import { isDeepStrictEqual } from 'node:util';
import { reviseWords, type Change, type Revision, type TextPatch } from '../domain/revision.ts';
import type { Segment } from '../domain/transcript.ts';

type Example = Change['examples'][number];
type WordRange = Pick<TextPatch, 'firstWord' | 'lastWord'>;

/** The places in which two revisions of one text differ, in order, with what stands there in each. */
export function examplesOf(base: readonly Segment[], before: Revision, after: Revision): Example[] {
  const words = base.flatMap((segment) => segment.words);
  const startOf = ({ firstWord }: WordRange): number => words[firstWord]?.startMs ?? words.at(-1)?.endMs ?? 0;
  const texts = changedPlaces(before.texts, after.texts).map((place) => ({
    startMs: startOf(place),
    before: textIn(base, before, place),
    after: textIn(base, after, place),
  }));
  const named = after.speakers.filter((patch) => !before.speakers.some((other) => isDeepStrictEqual(patch, other)));
  const unnamed = before.speakers.filter((patch) => !after.speakers.some((other) => overlap(patch, other)));
  const speakers = [...named, ...unnamed.map((patch) => ({ ...patch, speaker: null }))].map((patch) => ({
    startMs: startOf(patch),
    before: before.speakers.find((other) => overlap(patch, other))?.speaker ?? '',
    after: patch.speaker ?? '',
  }));
  return [...texts, ...speakers].toSorted((a, b) => a.startMs - b.startMs);
}

/** Ranges of the base in which patches differ, each as wide as the patches in it. */
function changedPlaces(before: readonly TextPatch[], after: readonly TextPatch[]): WordRange[] {
  const isIn = (patch: TextPatch, patches: readonly TextPatch[]): boolean =>
    patches.some((other) => isDeepStrictEqual(patch, other));
  const changed = [...before.filter((patch) => !isIn(patch, after)), ...after.filter((patch) => !isIn(patch, before))];
  const places: { firstWord: number; lastWord: number }[] = [];
  for (const { firstWord, lastWord } of changed.toSorted((a, b) => a.firstWord - b.firstWord || a.lastWord - b.lastWord)) {
    const last = places.at(-1);
    if (last && (overlap(last, { firstWord, lastWord }) || firstWord === last.firstWord))
      last.lastWord = Math.max(last.lastWord, lastWord);
    else places.push({ firstWord, lastWord });
  }
  return places;
}

function textIn(base: readonly Segment[], { texts }: Revision, place: WordRange): string {
  return reviseWords(base, texts)
    .filter((word) => overlap(word, place) || (word.firstWord === place.firstWord && word.lastWord < word.firstWord))
    .map(({ text }) => text)
    .join(' ');
}

function overlap(a: WordRange, b: WordRange): boolean {
  return a.firstWord <= b.lastWord && b.firstWord <= a.lastWord;
}
