import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextPatch } from '../domain/revision.ts';
import type { Word } from '../domain/transcript.ts';
import { carryPatches } from './carry-patches.ts';

const said = (text: string, { each = 300, from = 0 } = {}): Word[] =>
  text
    .split(' ')
    .map((word, i) => ({ text: word, startMs: from + i * each, endMs: from + i * each + each - 50, confidence: 0.8 }));
const patch = (firstWord: number, lastWord: number, text: string): TextPatch => ({ firstWord, lastWord, text, conflict: null });
const OLD = said('the hypo campus is a part of the brain');

describe('carryPatches', () => {
  it('finds the place again where other words are before it', () => {
    const now = said('so the hypo campus is a part of the brain');
    expect(carryPatches(OLD, now, [patch(1, 2, 'hippocampus')])).toEqual({
      texts: [{ firstWord: 2, lastWord: 3, text: 'hippocampus', conflict: null }],
      agreed: 0,
      conflicts: 0,
    });
  });

  it('has nothing left to correct where the machine hears it now, and tells so', () => {
    const now = said('the hippocampus is a part of the brain');
    expect(carryPatches(OLD, now, [patch(1, 2, 'hippocampus')])).toEqual({ texts: [], agreed: 1, conflicts: 0 });
    const spelt = carryPatches(OLD, now, [patch(1, 2, 'Hippocampus')]);
    expect(spelt).toMatchObject({ texts: [{ firstWord: 1, lastWord: 1, text: 'Hippocampus' }], agreed: 1, conflicts: 0 });
  });

  it("keeps a person's words and marks what the machine hears there now", () => {
    const now = said('the hippo camp is a part of the brain');
    expect(carryPatches(OLD, now, [patch(1, 2, 'hippocampus')])).toEqual({
      texts: [{ firstWord: 1, lastWord: 2, text: 'hippocampus', conflict: 'hippo camp' }],
      agreed: 0,
      conflicts: 1,
    });
  });

  it('keeps what was put in and what was left out', () => {
    const patches = [patch(3, 2, 'clearly'), patch(7, 7, '')];
    const { texts } = carryPatches(OLD, said('well the hypo campus is a part of the brain'), patches);
    expect(texts).toEqual([
      { firstWord: 4, lastWord: 3, text: 'clearly', conflict: null },
      { firstWord: 8, lastWord: 8, text: '', conflict: null },
    ]);
  });

  it('keeps a correction for which the new version has no words at all', () => {
    const now = said('is a part of the brain', { from: 900 });
    expect(carryPatches(OLD, now, [patch(1, 2, 'hippocampus')]).texts).toEqual([
      { firstWord: 0, lastWord: -1, text: 'hippocampus', conflict: '' },
    ]);
    expect(carryPatches(OLD, [], [patch(1, 2, 'hippocampus')]).texts).toMatchObject([{ text: 'hippocampus' }]);
  });

  it('changes nothing when the new version has the same words, whatever was corrected', () => {
    const words = said('a b c d e f g h i j k l m n o p');
    const patches = fc
      .uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 5 })
      .map((places) => places.toSorted((a, b) => a - b).map((at) => patch(at * 2, at * 2, `new${at}`)));
    fc.assert(
      fc.property(patches, (list) => {
        expect(carryPatches(words, words, list).texts).toEqual(list);
      }),
    );
  });

  it('loses no correction, however the new version differs', () => {
    const vocabulary = fc.constantFrom('a', 'b', 'c', 'the', 'tide');
    const text = fc.array(vocabulary, { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 200, max: 400 }), (old, now, each) => {
        const patches = [patch(1, 2, 'corrected-one'), patch(6, 5, 'corrected-two'), patch(9, 10, 'corrected-three')];
        const { texts } = carryPatches(said(old.join(' ')), said(now.join(' '), { each }), patches);
        const all = texts.map((found) => found.text).join(' ');
        for (const { text: mine } of patches) expect(all).toContain(mine);
        let last = -1;
        for (const { firstWord, lastWord } of texts) {
          expect(firstWord).toBeGreaterThanOrEqual(last + (lastWord < firstWord ? 0 : 1));
          last = Math.max(last, lastWord);
        }
      }),
      { numRuns: 300 },
    );
  });
});
