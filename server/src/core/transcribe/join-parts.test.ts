import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { joinParts } from './join-parts.ts';

const word = (text: string, startMs: number, endMs: number): Word => ({ text, startMs, endMs, confidence: 0.9 });
const part = (words: readonly Word[], startMs: number, endMs: number): HeardPart => ({
  utterances: [{ startMs, endMs }],
  words: [...words],
  language: null,
  noSpeech: null,
});
const textOf = (parts: readonly HeardPart[]): string =>
  parts
    .flatMap(({ words }) => words)
    .map(({ text }) => text)
    .join(' ');

/** Both sides of a cut at 10 s hear one second of each other. */
const CUT = 10_000;
const OVERLAP = 1_000;

/** What is said between 5 and 15 s: words of 150 to 700 ms with pauses of 0 to 300 ms, each with a number. */
const speech = fc
  .array(fc.record({ pauseMs: fc.integer({ min: 0, max: 300 }), lengthMs: fc.integer({ min: 150, max: 700 }) }), {
    minLength: 30,
    maxLength: 30,
  })
  .map((lengths) => {
    let at = 5_000;
    return lengths.map(({ pauseMs, lengthMs }) => {
      const startMs = at + pauseMs;
      at = startMs + lengthMs;
      return { startMs, endMs: at };
    });
  });

describe('joinParts', () => {
  it('leaves parts alone that share no sound', () => {
    const parts = [part([word('a', 0, 400)], 0, 500), part([word('a', 500, 900)], 500, 900)];
    expect(joinParts(parts)).toEqual(parts);
    expect(joinParts([])).toEqual([]);
  });

  it('joins at the words that both have heard', () => {
    const left = part(
      [
        word('the', 8_600, 8_800),
        word('tide', 9_200, 9_600),
        word('rises', 9_700, 10_200),
        word('at', 10_300, 10_500),
        word('no', 10_800, 11_000),
      ],
      0,
      CUT + OVERLAP,
    );
    const right = part(
      [word('ied', 9_000, 9_550), word('rises', 9_720, 10_190), word('at', 10_310, 10_480), word('noon', 10_700, 11_300)],
      CUT - OVERLAP,
      20_000,
    );
    expect(textOf(joinParts([left, right]))).toBe('the tide rises at noon');
  });

  it('takes what the surer of the two has heard between words that both have heard', () => {
    const heard = (text: string, sure: number, startMs: number): Word => ({
      text,
      startMs,
      endMs: startMs + 300,
      confidence: sure,
    });
    const left = part([heard('that', 0.8, 9_100), heard('sold', 0.1, 9_400), heard('what', 0.9, 9_700)], 0, CUT + OVERLAP);
    const right = part([heard('that', 0.8, 9_110), heard('holds', 0.8, 9_420), heard('what', 0.9, 9_710)], CUT - OVERLAP, 20_000);
    expect(textOf(joinParts([left, right]))).toBe('that holds what');
    const unsure = { ...right, words: right.words.map((word) => ({ ...word, confidence: 0.05 })) };
    expect(textOf(joinParts([left, unsure]))).toBe('that sold what');
  });

  it('tells no word before the one that comes before it', () => {
    const left = part([word('a', 9_600, 9_900), word('b', 9_900, 10_300)], 0, CUT + OVERLAP);
    const right = part([word('b', 9_850, 10_280), word('c', 9_890, 10_400)], CUT - OVERLAP, 20_000);
    const starts = joinParts([left, right]).flatMap(({ words }) => words.map(({ startMs }) => startMs));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it('takes a word once that the two have heard differently, right at the cut', () => {
    const left = part([word('sea', 9_100, 9_500), word('wander', 9_600, 10_300)], 0, CUT + OVERLAP);
    const right = part([word('wonder', 9_620, 10_280), word('ends', 10_400, 10_900)], CUT - OVERLAP, 20_000);
    expect(textOf(joinParts([left, right]))).toBe('sea wander ends');
  });

  it('keeps all words when one side has heard nothing where both listened', () => {
    const left = part([word('one', 8_000, 8_400)], 0, CUT + OVERLAP);
    const right = part([word('two', 9_200, 9_600), word('three', 10_200, 10_600)], CUT - OVERLAP, 20_000);
    expect(textOf(joinParts([left, right]))).toBe('one two three');
    expect(textOf(joinParts([part([], 0, CUT + OVERLAP), right]))).toBe('two three');
    expect(textOf(joinParts([left, part([], CUT - OVERLAP, 20_000)]))).toBe('one');
  });

  it('does not take a repeated word for its neighbour', () => {
    const said = [
      word('very', 9_100, 9_400),
      word('very', 9_500, 9_800),
      word('very', 10_100, 10_400),
      word('very', 10_500, 10_800),
    ];
    const joined = joinParts([part(said, 0, CUT + OVERLAP), part(said, CUT - OVERLAP, 20_000)]);
    expect(textOf(joined)).toBe('very very very very');
  });

  it('gives its neighbours their sound up to the cut only', () => {
    const [left, right] = joinParts([part([], 0, CUT + OVERLAP), part([], CUT - OVERLAP, 20_000)]);
    expect(left?.utterances).toEqual([{ startMs: 0, endMs: CUT }]);
    expect(right?.utterances).toEqual([{ startMs: CUT, endMs: 20_000 }]);
  });

  it('neither loses nor doubles a word, whatever is heard at the edges and however the two differ in times and text', () => {
    const differences = fc.record({
      jitter: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 30, maxLength: 30 }),
      misheard: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      edges: fc.boolean(),
      sure: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }),
    });
    fc.assert(
      fc.property(speech, differences, (said, { jitter, misheard, edges, sure }) => {
        const hear = (fromMs: number, toMs: number, side: 'L' | 'R'): Word[] =>
          said.flatMap(({ startMs, endMs }, i) => {
            const whole = startMs >= fromMs && endMs <= toMs;
            const shift = side === 'R' ? (jitter[i] ?? 0) : 0;
            const confidence = sure[side === 'R' ? i : i + 30] ?? 1;
            const text = `${misheard[i] ? side : ''}${i}`;
            if (whole) return [{ ...word(text, Math.max(fromMs, startMs + shift), Math.min(toMs, endMs + shift)), confidence }];
            const broken = edges && endMs > fromMs && startMs < toMs;
            return broken ? [word(`junk${i}`, Math.max(fromMs, startMs), Math.min(toMs, endMs))] : [];
          });
        const left = part(hear(0, CUT + OVERLAP, 'L'), 0, CUT + OVERLAP);
        const right = part(hear(CUT - OVERLAP, 99_000, 'R'), CUT - OVERLAP, 99_000);
        const numbers = joinParts([left, right])
          .flatMap(({ words }) => words)
          .map(({ text }) => Number(text.replace(/^(L|R|junk)/, '')));
        expect(numbers).toEqual(said.map((_, i) => i));
      }),
      { numRuns: 500 },
    );
  });
});
