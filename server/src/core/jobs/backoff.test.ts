import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, DEFAULT_BACKOFF } from './backoff.ts';

it('doubles the longest wait with each try, up to the limit', () => {
  const longest = [1, 2, 3, 8, 9, 60].map((attempt) => backoffMs(attempt, { ...DEFAULT_BACKOFF, random: () => 0.999_999_9 }));
  expect(longest).toEqual([1_999, 3_999, 7_999, 255_999, 299_999, 299_999]);
});

it('spreads waits over the whole range', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, x) => {
      const wait = backoffMs(attempt, { baseMs: 100, maxMs: 5_000, random: () => x });
      return Number.isInteger(wait) && wait >= 0 && wait < Math.min(5_000, 100 * 2 ** (attempt - 1)) + 1;
    }),
  );
});
