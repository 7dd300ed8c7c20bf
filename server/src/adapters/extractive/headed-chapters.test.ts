import { expect, it } from 'vitest';
import { sentence } from '../../../testkit/writer.conformance.ts';
import { headedChapters } from './headed-chapters.ts';
import { readStudyText, type Sentence } from './study-text.ts';

/** As many sentences under each path of headings as it says. */
function under(...parts: readonly (readonly [count: number, ...headings: string[]])[]): readonly Sentence[] {
  const sentences = parts.flatMap(([count, ...headings]) =>
    Array.from({ length: count }, () => ({ ...sentence('The sea rises and falls.', 0), headings })),
  );
  return readStudyText({ title: '', language: 'en', sentences }).sentences;
}

const titles = (sentences: readonly Sentence[], usual: number) => headedChapters(sentences, usual)?.map(({ title }) => title);

it('cuts on the level of headings that gives as many chapters as usual', () => {
  const book = under([6, 'Sea', 'Tides', 'High'], [6, 'Sea', 'Tides', 'Low'], [6, 'Sea', 'Waves'], [9, 'Sky']);
  expect(titles(book, 2)).toEqual(['Sea', 'Sky']);
  expect(titles(book, 3)).toEqual(['Tides', 'Waves', 'Sky']);
  expect(headedChapters(book, 3)?.map(({ start, end }) => [start, end])).toEqual([
    [0, 12],
    [12, 18],
    [18, 27],
  ]);
});

it('gives what stands before the first heading no title', () => {
  expect(titles(under([4], [6, 'Tides'], [6, 'Waves']), 3)).toEqual([undefined, 'Tides', 'Waves']);
});

it('finds none without headings, under one heading alone, where one holds nearly all, and where there are far too many', () => {
  expect(titles(under([20]), 2)).toBeUndefined();
  expect(titles(under([20, 'Tides']), 2)).toBeUndefined();
  expect(titles(under([2, 'Tides'], [18, 'Waves']), 2)).toBeUndefined();
  expect(titles(under(...Array.from({ length: 20 }, (_, i) => [1, `Slide ${i}`] as const)), 2)).toBeUndefined();
});
