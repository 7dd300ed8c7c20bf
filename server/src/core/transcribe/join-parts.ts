import type { Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { sharedWords } from './shared-words.ts';

/** By so much more confidence one way to hear something is better than another; less is chance. */
const SURER = 0.1;
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

/**
 * All before the first word that both heard is the left part's and all after the last the right one's: each part hears badly where its sound
 * begins or ends. Between two such words whoever is surer is right. Null when they have no word in common.
 */
function seamByWords(left: readonly Word[], right: readonly Word[], both: HeardTwice): Seam | null {
  const shared = sharedWords(left, right, both.fromMs, both.toMs);
  const [first, last] = [shared[0], shared.at(-1)];
  if (!first || !last) return null;
  const words = left.slice(0, first.i);
  for (const [k, { i, j }] of shared.entries()) {
    const next = shared[k + 1];
    const word = isBeforeCut(left[i], both) ? left[i] : right[j];
    if (word) words.push(word);
    if (next) words.push(...better(left.slice(i + 1, next.i), right.slice(j + 1, next.j), both));
  }
  words.push(...right.slice(last.j + 1));
  const ordered = inOrderOfTime(words);
  const split = ordered.findIndex((word) => !isBeforeCut(word, both));
  return split < 0 ? [ordered, []] : [ordered.slice(0, split), ordered.slice(split)];
}

/** What was said between two words that both heard: by the one who is clearly surer, else by the one who is farther from its edge. */
function better(left: readonly Word[], right: readonly Word[], both: HeardTwice): readonly Word[] {
  const words = [...left, ...right];
  if (left.length > 0 && right.length > 0) {
    const surer = sureness(left) - sureness(right);
    if (Math.abs(surer) >= SURER) return surer > 0 ? left : right;
  }
  const middle = words.reduce((sum, word) => sum + middleOf(word), 0) / Math.max(1, words.length);
  return middle < both.cutMs ? left : right;
}

/** The mean confidence, long words counting more. */
function sureness(words: readonly Word[]): number {
  const length = ({ startMs, endMs }: Word): number => Math.max(1, endMs - startMs);
  return (
    words.reduce((sum, word) => sum + word.confidence * length(word), 0) / words.reduce((sum, word) => sum + length(word), 0)
  );
}

/** Two engines' runs tell times that differ a little: no word may begin before the one that comes before it. */
function inOrderOfTime(words: readonly Word[]): Word[] {
  let atMs = -Infinity;
  return words.map((word) => {
    atMs = Math.max(atMs, word.startMs);
    return atMs === word.startMs ? word : { ...word, startMs: atMs, endMs: Math.max(atMs, word.endMs) };
  });
}

function isBeforeCut(word: Word | undefined, { cutMs }: HeardTwice): boolean {
  return word !== undefined && middleOf(word) < cutMs;
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
