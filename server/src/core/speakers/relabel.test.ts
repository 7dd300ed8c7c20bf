import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { revise, type Revision } from '../domain/revision.ts';
import { wordsOf, type Segment } from '../domain/transcript.ts';
import { relabel, wordsBetween } from './relabel.ts';

const LABELS = ['S1', 'S2', 'S3'];

/** Segments of one to four words of 100 ms, each said by somebody or nobody. */
const segments = fc
  .array(fc.record({ count: fc.integer({ min: 1, max: 4 }), speaker: fc.option(fc.constantFrom(...LABELS)) }), { maxLength: 8 })
  .map((shapes) => {
    let at = 0;
    return shapes.map(({ count, speaker }, id): Segment => {
      const words = Array.from({ length: count }, () => ({ text: `w${at}`, startMs: at, endMs: (at += 100), confidence: 1 }));
      const text = words.map((word) => word.text).join(' ');
      return { id, startMs: words[0]?.startMs ?? 0, endMs: at, speaker, text, confidence: 1, words };
    });
  });

const turns = fc.array(fc.tuple(fc.constantFrom(...LABELS), fc.integer({ min: 1, max: 900 })), { maxLength: 5 }).map((all) => {
  let at = 0;
  return all.map(([speaker, length]) => ({ speaker, startMs: at, endMs: (at += length) }));
});

/** Whom each word belongs to, by its text. */
function speakersOf(shown: readonly Segment[]): Map<string, string | null> {
  return new Map(shown.flatMap(({ speaker, words }) => words.map(({ text }) => [text, speaker] as const)));
}

const revisions = (base: readonly Segment[], turnList: Revision['turns'], said: readonly (string | null)[]): Revision => ({
  texts: [],
  turns: turnList,
  speakers: wordsOf({ segments: [...base] })
    .flatMap((_, i) => (said[i] === undefined || said[i] === null ? [] : [{ firstWord: i, lastWord: i, speaker: said[i] }]))
    .slice(0, 4),
});

describe('relabel', () => {
  const any = fc.tuple(segments, turns, fc.array(fc.option(fc.constantFrom(...LABELS))));

  it('gives all that one says to the other, and leaves everybody else alone', () => {
    fc.assert(
      fc.property(any, ([base, turnList, said]) => {
        const before = revisions(base, turnList, said);
        const [was, is] = [speakersOf(revise(base, before)), speakersOf(revise(base, relabel(base, before, 'S1', 'S2')))];
        expect([...is.keys()]).toEqual([...was.keys()]);
        for (const [word, speaker] of was) expect(is.get(word)).toBe(speaker === 'S1' ? 'S2' : speaker);
      }),
    );
  });

  it('does nothing the second time', () => {
    fc.assert(
      fc.property(any, ([base, turnList, said]) => {
        const once = relabel(base, revisions(base, turnList, said), 'S1', 'S2');
        expect(speakersOf(revise(base, relabel(base, once, 'S1', 'S2')))).toEqual(speakersOf(revise(base, once)));
      }),
    );
  });
});

describe('wordsBetween', () => {
  it('finds just the words that the speaker says in the times, in runs that do not touch', () => {
    fc.assert(
      fc.property(segments, fc.nat(1500), fc.nat(1500), (base, a, b) => {
        const span = { startMs: Math.min(a, b), endMs: Math.max(a, b) };
        const runs = wordsBetween(base, 'S1', [span]);
        const words = base.flatMap(({ speaker, words }) => words.map((word) => ({ ...word, speaker })));
        const isIn = (i: number): boolean => runs.some(({ firstWord, lastWord }) => i >= firstWord && i <= lastWord);
        for (const [i, { speaker, startMs }] of words.entries())
          expect(isIn(i)).toBe(speaker === 'S1' && startMs + 50 >= span.startMs && startMs + 50 < span.endMs);
        for (const [i, run] of runs.slice(1).entries()) expect(run.firstWord).toBeGreaterThan((runs[i]?.lastWord ?? 0) + 1);
      }),
    );
  });
});
