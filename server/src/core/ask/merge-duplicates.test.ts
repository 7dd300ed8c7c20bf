import { describe, expect, it } from 'vitest';
import { makePassage } from '../../../testkit/search-index.conformance.ts';
import { mergeDuplicates, resemblance, shinglesOf } from './merge-duplicates.ts';

const hit = (id: string, text: string) => ({ passage: makePassage(id, text), score: 1, cosine: null, overlap: 1 });
const said = Array.from({ length: 60 }, (_, number) => `word${number}`);
const alike = (a: string, b: string): number => resemblance(shinglesOf(a), shinglesOf(b));

describe('mergeDuplicates', () => {
  it('puts what says nearly the same behind the best, and keeps the order', () => {
    const [one, copy] = [said.join(' '), said.with(30, 'other').join(', ').toUpperCase()];
    const merged = mergeDuplicates([hit('a', one), hit('b', 'something else altogether'), hit('c', copy), hit('d', one)], 10);
    expect(merged.map(({ passage, alsoAt }) => [passage.id, alsoAt.map((other) => other.passage.id)])).toEqual([
      ['a', ['c', 'd']],
      ['b', []],
    ]);
  });

  it('gives no more than wanted, but still says where else those stand', () => {
    const merged = mergeDuplicates([hit('a', 'the same words here'), hit('b', 'other'), hit('c', 'the same words here')], 1);
    expect(merged.map(({ passage, alsoAt }) => [passage.id, alsoAt.length])).toEqual([['a', 1]]);
  });

  it('leaves apart what only shares words', () => {
    expect(alike(said.join(' '), said.toReversed().join(' '))).toBe(0);
    expect(alike(said.join(' '), said.slice(0, 45).join(' '))).toBe(0);
    expect(alike('yes', 'no')).toBe(0);
  });

  it('knows short and empty texts by the whole of them', () => {
    expect(alike('Thank you', 'thank you!')).toBe(1);
    expect(alike('', '...')).toBe(1);
    expect(alike('', 'word')).toBe(0);
    expect(alike(said.join(' '), said.slice(0, 55).join(' '))).toBeCloseTo(53 / 58);
  });
});
