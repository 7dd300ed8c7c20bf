import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { alignTexts } from '../domain/align-words.ts';
import { alignText } from './align-text.ts';

const HEARD = makeTranscript(['the tied rises and falls along the coast', 'every day the moon pulls at the see']).segments;

describe('alignText', () => {
  it('gives the words of a text the times of what was heard, with the lines of the text', () => {
    const lines = alignText('The tide rises and falls\nalong the coast.\n\nEvery day the Moon pulls at the sea.', HEARD);
    expect(lines?.map((line) => line.map(({ text, startMs }) => `${text}@${startMs}`).join(' '))).toEqual([
      'The@0 tide@100 rises@200 and@300 falls@400',
      'along@500 the@600 coast.@700',
      'Every@800 day@900 the@1000 Moon@1100 pulls@1200 at@1300 the@1400 sea.@1500',
    ]);
  });

  it('shares the time between neighbours among words that nobody heard, and is less sure of them', () => {
    const [line] = alignText('the tied so to say rises and falls along the coast', HEARD) ?? [];
    expect(line?.slice(2, 5).map(({ text, startMs, endMs, confidence }) => [text, startMs, endMs, confidence])).toEqual([
      ['so', 200, 200, 0.5],
      ['to', 200, 200, 0.5],
      ['say', 200, 200, 0.5],
    ]);
    expect(line?.[5]).toMatchObject({ text: 'rises', startMs: 200 });
  });

  it('refuses the text of something else, and nothing', () => {
    expect(alignText('Wholly different words stand in here, about volcanoes and lava.', HEARD)).toBeNull();
    expect(alignText('', HEARD)).toBeNull();
    expect(alignText('anything', [])).toBeNull();
  });

  it('aligns a text of three hours in a moment', () => {
    let seed = 7;
    const words = Array.from({ length: 30_000 }, () => `w${((seed = Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 8) % 2_000}`);
    const text = words.map((word, i) => (i % 20 === 0 ? 'other' : word));
    const lines = alignText(text.join(' '), makeTranscript([words.join(' ')]).segments);
    const aligned = lines?.flat() ?? [];
    expect(aligned).toHaveLength(30_000);
    expect(aligned[15_001]).toMatchObject({ text: words[15_001], startMs: 1_500_100 });
  });
});

describe('alignTexts', () => {
  it('names every word of both texts once and in order', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 60 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const pairs = alignTexts(left, right);
        expect(pairs.flatMap(([i]) => (i === null ? [] : [i]))).toEqual(left.map((_, i) => i));
        expect(pairs.flatMap(([, j]) => (j === null ? [] : [j]))).toEqual(right.map((_, j) => j));
      }),
    );
  });
});
