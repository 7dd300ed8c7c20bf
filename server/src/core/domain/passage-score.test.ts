import { describe, expect, it } from 'vitest';
import { closerScore, firstScore } from './passage-score.ts';

describe('the score of a passage', () => {
  it('is its share of the best match by words and twice its cosine', () => {
    const candidates = [
      { bm25: 4, cosine: 0.5 },
      { bm25: 2, cosine: 0.25 },
    ];
    expect(candidates.map(firstScore(candidates, 1))).toEqual([2, 1]);
    expect(candidates.map(firstScore(candidates, 0.5))).toEqual([1.5, 0.75]);
  });

  it('neither favours nor holds back a passage that has no vector yet', () => {
    const candidates = [
      { bm25: 4, cosine: 0.5 },
      { bm25: 4, cosine: null },
      { bm25: 4, cosine: 0.25 },
    ];
    expect(candidates.map(firstScore(candidates, 1))).toEqual([2, 1.75, 1.5]);
  });

  it('is nothing where nothing is known', () => {
    expect(firstScore([], 1)({ bm25: 0, cosine: null })).toBe(0);
  });

  it('rises with neighbouring words, less so where words say little', () => {
    const look = { kind: 'document' as const, first: 1, around: [] };
    expect(closerScore({ ...look, pairs: 1, wordsMatch: 1 })).toBe(1.5);
    expect(closerScore({ ...look, pairs: 0.5, wordsMatch: 0.5 })).toBe(1.125);
  });

  it('is drawn to that of the passages around it, more so in speech', () => {
    const look = { first: 1, pairs: 0, wordsMatch: 1, around: [2, 2] };
    expect(closerScore({ ...look, kind: 'document' })).toBeCloseTo(1.4 / 1.2);
    expect(closerScore({ ...look, kind: 'recording' })).toBeCloseTo(2 / 1.5);
    expect(closerScore({ ...look, kind: 'recording', around: [1] })).toBe(1);
  });
});
