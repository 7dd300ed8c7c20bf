import { expect, it } from 'vitest';
import { f1, sentenceErrors } from './sentence-errors.ts';

const REFERENCE = 'The moon pulls the water. Why? It is near. The sun is far.';

it('counts ends of sentences that are right, whatever was misheard', () => {
  expect(sentenceErrors(REFERENCE, REFERENCE)).toEqual({ right: 3, made: 3, expected: 3 });
  expect(sentenceErrors(REFERENCE, 'The moon pulls a waiter. Why? It is near. The sun is far.')).toMatchObject({ right: 3 });
});

it('counts ends that are missing and ends that are too many', () => {
  const found = sentenceErrors(REFERENCE, 'The moon. Pulls the water why it is near. The sun is far');
  expect(found).toEqual({ right: 1, made: 2, expected: 3 });
  expect(f1(found)).toBeCloseTo(0.4);
});

it('asks nothing of a single sentence', () => {
  expect(f1(sentenceErrors('One sentence.', 'one sentence'))).toBe(1);
});
