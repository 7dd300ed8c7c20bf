import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkVoices, meanVoice, type WindowVoice } from './link-voices.ts';

/** A voice at an angle. */
function voice(degrees: number, samples = 1): WindowVoice {
  const angle = (degrees * Math.PI) / 180;
  return { vector: [Math.cos(angle), Math.sin(angle)], samples };
}

describe('linkVoices', () => {
  it('joins voices that are alike and keeps others apart', () => {
    expect(linkVoices([voice(0, 3), voice(90), voice(20, 3), voice(80)], { likeness: 0.5, most: null })).toEqual([0, 1, 0, 1]);
  });

  it('joins no more, and no less, than to the number that is known', () => {
    const voices = [voice(0), voice(10), voice(100), voice(200)];
    expect(new Set(linkVoices(voices, { likeness: 0.5, most: 2 })).size).toBe(2);
    expect(new Set(linkVoices(voices, { likeness: 0.5, most: 4 })).size).toBe(4);
  });

  it('gives who is heard too little to who is heard most', () => {
    const voices = [voice(0), { vector: null, samples: 1 }, voice(120, 9)];
    expect(linkVoices(voices, { likeness: 0.5, most: null })).toEqual([1, 0, 0]);
    expect(linkVoices([], { likeness: 0.5, most: null })).toEqual([]);
  });

  it('numbers voices from 0 without a gap, never more than asked for', () => {
    const any = fc.array(fc.tuple(fc.integer({ min: 0, max: 359 }), fc.integer({ min: 1, max: 100 })), { maxLength: 12 });
    fc.assert(
      fc.property(any, fc.option(fc.integer({ min: 1, max: 5 })), (shapes, most) => {
        const of = linkVoices(
          shapes.map(([degrees, samples]) => voice(degrees, samples)),
          { likeness: 0.5, most },
        );
        const used = new Set(of);
        expect([...used].toSorted((a, b) => a - b)).toEqual(Array.from({ length: used.size }, (_, i) => i));
        if (most !== null) expect(used.size).toBeLessThanOrEqual(most);
      }),
    );
  });
});

it('meanVoice is a direction, by how long each is heard', () => {
  expect(meanVoice([voice(0, 1), voice(90, 0)])).toEqual([1, 0]);
  expect(meanVoice([{ vector: null, samples: 5 }])).toBeNull();
});
