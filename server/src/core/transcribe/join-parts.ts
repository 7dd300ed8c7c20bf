import type { Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { bare } from './sentence-words.ts';

/** Two engines' times of one word differ by no more than this. */
const SAME_WORD_MS = 400;
/** A word so near to the edge of a part's sound may be the piece of one. */
const BROKEN_MS = 100;

/**
 * The parts of a recording in order, with each word in one of them. Where speech was cut, both neighbours have heard the sound
 * around the cut: they are joined at the words that both heard, else where neither has a word. No word is lost or doubled.
 */
export function joinParts(parts: readonly HeardPart[]): HeardPart[] {
  const joined: HeardPart[] = [];
  for (const part of parts) {
    const before = joined.pop();
    if (before) joined.push(...joinTwo(before, part));
    else joined.push(part);
  }
  return joined;
}

function joinTwo(left: HeardPart, right: HeardPart): [HeardPart, HeardPart] {
  const fromMs = right.utterances[0]?.startMs ?? Infinity;
  const toMs = left.utterances.at(-1)?.endMs ?? -Infinity;
  if (fromMs >= toMs) return [left, right];
  const both = { fromMs, toMs, cutMs: (fromMs + toMs) / 2 };
  const [before, after] = seamByWords(left.words, right.words, both) ?? seamByTime(left.words, right.words, both);
  return [endAt({ ...left, words: before }, both.cutMs), startAt({ ...right, words: after }, both.cutMs)];
}

/** The words of the left part and those of the right one. */
type Seam = readonly [Word[], Word[]];

interface HeardTwice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cutMs: number;
}

/** The place in the longest run of words that both heard that is nearest to the cut; null when they have no word in common. */
function seamByWords(left: readonly Word[], right: readonly Word[], { fromMs, toMs, cutMs }: HeardTwice): Seam | null {
  const firstLeft = left.findIndex((word) => word.endMs > fromMs);
  if (firstLeft < 0) return null;
  const runs = new Map<string, number>();
  let best: { run: number; away: number; i: number; j: number } | null = null;
  for (let i = firstLeft; i < left.length; i++) {
    for (let j = 0; j < right.length && (right[j]?.startMs ?? toMs) < toMs; j++) {
      const [a, b] = [left[i], right[j]];
      if (!a || !b || !sameWord(a, b)) continue;
      const run = 1 + (runs.get(`${i - 1} ${j - 1}`) ?? 0);
      runs.set(`${i} ${j}`, run);
      const away = Math.abs(middleOf(a) - cutMs);
      if (best === null || run > best.run || (run === best.run && away < best.away)) best = { run, away, i, j };
    }
  }
  return best && [left.slice(0, best.i + 1), right.slice(best.j + 1)];
}

function sameWord(a: Word, b: Word): boolean {
  const text = bare(a.text);
  return text !== '' && text === bare(b.text) && Math.abs(middleOf(a) - middleOf(b)) <= SAME_WORD_MS;
}

/**
 * The words before and after the moment in what both heard at which the fewest words are going on (the nearest to the cut of those),
 * and what only the other part has heard on either side.
 */
function seamByTime(left: readonly Word[], right: readonly Word[], { fromMs, toMs, cutMs }: HeardTwice): Seam {
  const near = [...left, ...right].filter((word) => word.endMs > fromMs && word.startMs < toMs);
  const moments = [cutMs, ...near.flatMap((word) => [word.startMs, word.endMs])].filter((at) => at >= fromMs && at <= toMs);
  const cost = (at: number): number => near.filter((word) => word.startMs < at && word.endMs > at).length;
  let best = { at: cutMs, cost: cost(cutMs) };
  for (const at of moments) {
    const here = cost(at);
    if (here < best.cost || (here === best.cost && Math.abs(at - cutMs) < Math.abs(best.at - cutMs))) best = { at, cost: here };
  }
  const before = left.filter((word) => word.startMs < best.at);
  const after = right.filter((word) => word.endMs > best.at && !before.some((other) => isMostly(word, other)));
  const heard = [...before, ...after];
  const onlyLeft = left.filter(
    (word) => word.startMs >= best.at && word.endMs < toMs - BROKEN_MS && !heard.some((other) => touches(word, other)),
  );
  const onlyRight = right.filter(
    (word) => word.endMs <= best.at && word.startMs > fromMs + BROKEN_MS && !heard.some((other) => touches(word, other)),
  );
  return [sorted([...before, ...onlyRight]), sorted([...onlyLeft, ...after])];
}

function sorted(words: readonly Word[]): Word[] {
  return words.toSorted((a, b) => a.startMs - b.startMs);
}

function touches(a: Word, b: Word): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

/** Whether two words take up the same time: one word, heard in two ways. */
function isMostly(a: Word, b: Word): boolean {
  const shared = Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
  return shared > Math.min(a.endMs - a.startMs, b.endMs - b.startMs) / 2;
}

function middleOf({ startMs, endMs }: Word): number {
  return (startMs + endMs) / 2;
}

function endAt(part: HeardPart, cutMs: number): HeardPart {
  return {
    ...part,
    utterances: part.utterances.map((span) => ({ ...span, endMs: Math.max(span.startMs, Math.min(span.endMs, cutMs)) })),
  };
}

function startAt(part: HeardPart, cutMs: number): HeardPart {
  return {
    ...part,
    utterances: part.utterances.map((span) => ({ ...span, startMs: Math.min(span.endMs, Math.max(span.startMs, cutMs)) })),
  };
}
