import type { Change, Revision, SpeakerPatch, SpeakerTurn, TextPatch } from '@scholium/contract';
import { alignWords } from './align-words.ts';
import type { Segment, Word } from './transcript.ts';

export type { Change, Revision, SpeakerPatch, SpeakerTurn, TextPatch };

export const NO_REVISION: Revision = { texts: [], speakers: [], turns: [] };

/** A word of a corrected text, and the words of the base version in whose place it stands (see `TextPatch` for an empty range). */
export interface RevisedWord extends Word {
  readonly firstWord: number;
  readonly lastWord: number;
  readonly segment: number;
}

/**
 * The segments of a base version with what is laid over them: people's words with the times of those they stand for, and
 * speakers. A segment ends where the speaker changes; segments are numbered anew.
 */
export function revise(base: readonly Segment[], revision: Revision): Segment[] {
  const words = reviseWords(base, revision.texts);
  const speakerOf = speakers(revision);
  const said = words.map((word) => ({ word, speaker: speakerOf(word) ?? base[word.segment]?.speaker ?? null }));
  const segments: Segment[] = [];
  let from = 0;
  for (let i = 1; i <= said.length; i++) {
    const [before, here] = [said[i - 1], said[i]];
    if (before && here?.word.segment === before.word.segment && here.speaker === before.speaker) continue;
    const first = said[from];
    if (first)
      segments.push(
        segmentOf(
          segments.length,
          said.slice(from, i).map(({ word }) => word),
          first.speaker,
          base[first.word.segment],
        ),
      );
    from = i;
  }
  return segments;
}

function segmentOf(id: number, words: readonly RevisedWord[], speaker: string | null, base: Segment | undefined): Segment {
  const startMs = words[0]?.startMs ?? 0;
  return {
    id,
    startMs,
    endMs: Math.max(startMs, words.at(-1)?.endMs ?? startMs),
    speaker,
    text: words.map(({ text }) => text).join(' '),
    confidence: words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length,
    words: words.map(({ text, startMs: start, endMs, confidence }) => ({ text, startMs: start, endMs, confidence })),
    ...(base?.language !== undefined && { language: base.language }),
  };
}

/** All words in order, each with the base words it stands for. */
export function reviseWords(base: readonly Segment[], patches: readonly TextPatch[]): RevisedWord[] {
  const words = base.flatMap((segment, number) => segment.words.map((word) => ({ ...word, segment: number })));
  const revised: RevisedWord[] = [];
  let at = 0;
  const keepUpTo = (end: number): void => {
    for (; at < end; at++) {
      const word = words[at];
      if (word) revised.push({ ...word, firstWord: at, lastWord: at });
    }
  };
  for (const patch of patches) {
    keepUpTo(patch.firstWord);
    const old = words.slice(patch.firstWord, patch.lastWord + 1);
    const [before, after] = [words[patch.firstWord - 1], words[patch.lastWord + 1]];
    const segment = (old[0] ?? before ?? after)?.segment ?? 0;
    const gap = { startMs: before?.endMs ?? after?.startMs ?? 0, endMs: after?.startMs ?? before?.endMs ?? 0 };
    for (const { home, ...word } of timed(wordsIn(patch.text), old, gap))
      revised.push({ ...word, segment: home?.segment ?? segment, firstWord: patch.firstWord, lastWord: patch.lastWord });
    at = Math.max(at, patch.lastWord + 1);
  }
  keepUpTo(words.length);
  return revised;
}

export function wordsIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/**
 * People's words with times: those of the words they stand for; several words for one share its time by their lengths, and a word that
 * was not heard gets the time between its neighbours. A person is sure of what they wrote: confidence 1.
 */
function timed<W extends Word>(
  texts: readonly string[],
  old: readonly W[],
  gap: { startMs: number; endMs: number },
): (Word & { home: W | undefined })[] {
  const anchors = anchorsOf(texts, old);
  const result: (Word & { home: W | undefined })[] = [];
  for (let i = 0; i < texts.length;) {
    const anchor = anchors.get(i);
    if (anchor) {
      result.push({ ...anchor, text: texts[i] ?? '', confidence: 1, home: anchor });
      i += 1;
      continue;
    }
    let end = i;
    while (end < texts.length && !anchors.has(end)) end++;
    const startMs = result.at(-1)?.endMs ?? old[0]?.startMs ?? gap.startMs;
    const endMs = Math.max(startMs, anchors.get(end)?.startMs ?? old.at(-1)?.endMs ?? gap.endMs);
    result.push(
      ...shared(texts.slice(i, end), { startMs, endMs }).map((word) => ({
        ...word,
        home: anchors.get(end) ?? result.at(-1)?.home,
      })),
    );
    i = end;
  }
  return result;
}

/** The old words that new ones stand for, by number, with the time of those that were left out beside them. */
function anchorsOf<W extends Word>(texts: readonly string[], old: readonly W[]): ReadonlyMap<number, W> {
  const pairs = alignWords(
    old.map(({ text }) => text),
    texts,
  );
  const anchors = new Map<number, W>();
  let leftOut: W | null = null;
  let last: number | null = null;
  for (const [from, to] of pairs) {
    const word = from === null ? undefined : old[from];
    const before: W | undefined = last === null ? undefined : anchors.get(last);
    if (to === null) {
      if (word && last !== null && before) anchors.set(last, { ...before, endMs: Math.max(before.endMs, word.endMs) });
      else leftOut ??= word ?? null;
    } else if (word) {
      anchors.set(to, leftOut === null ? word : { ...word, startMs: Math.min(leftOut.startMs, word.startMs) });
      [last, leftOut] = [to, null];
    } else last = null;
  }
  return anchors;
}

/** Words that share a stretch of time by their lengths. */
function shared(texts: readonly string[], { startMs, endMs }: { startMs: number; endMs: number }): Word[] {
  const letters = texts.reduce((sum, text) => sum + text.length, 0);
  let passed = 0;
  const moment = (): number => Math.round(startMs + ((endMs - startMs) * passed) / letters);
  return texts.map((text) => {
    const start = moment();
    passed += text.length;
    return { text, startMs: start, endMs: moment(), confidence: 1 };
  });
}

/** Who says a word: whom a person named, else whose turn covers most of it; undefined when nobody told. Asked in the order of the words. */
function speakers({ speakers: named, turns }: Revision): (word: RevisedWord) => string | null | undefined {
  const inOrder = turns.toSorted((a, b) => a.startMs - b.startMs);
  let from = 0;
  return (word) => {
    const patch = named.find(({ firstWord, lastWord }) => word.firstWord >= firstWord && word.firstWord <= lastWord);
    if (patch) return patch.speaker;
    if (inOrder.length === 0) return undefined;
    while ((inOrder[from]?.endMs ?? Infinity) + NEAR_TURN_MS < word.startMs) from++;
    return turnOf(word, inOrder, from);
  };
}

/** A word just outside all turns belongs to the nearest: detectors clip soft ends. */
const NEAR_TURN_MS = 1_000;

function turnOf(word: Word, turns: readonly SpeakerTurn[], from: number): string | null {
  let best: { speaker: string; ms: number } | null = null;
  for (let i = from; (turns[i]?.startMs ?? Infinity) <= word.endMs + NEAR_TURN_MS; i++) {
    const turn = turns[i];
    if (!turn) break;
    const ms = Math.min(word.endMs, turn.endMs) - Math.max(word.startMs, turn.startMs);
    if (ms >= -NEAR_TURN_MS && (best === null || ms > best.ms)) best = { speaker: turn.speaker, ms };
  }
  return best?.speaker ?? null;
}
