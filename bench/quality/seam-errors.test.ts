import { describe, expect, it } from 'vitest';
import { exchanged, seamErrors, type TimedWord } from './seam-errors.ts';

/** Words of half a second, one after the other. */
const spoken = (text: string): TimedWord[] =>
  text.split(' ').map((word, i) => ({ text: word, startMs: i * 500, endMs: i * 500 + 450 }));
const textOf = (words: readonly TimedWord[]): string => words.map(({ text }) => text).join(' ');
const REFERENCE = 'one two three four five six seven eight nine ten';

describe('errors near seams', () => {
  it('are none where everything was heard', () => {
    const found = seamErrors(REFERENCE, spoken(REFERENCE), [2_500], 1_000);
    expect(found).toEqual({ words: 4, lost: 0, replaced: 0, added: 0, doubled: 0 });
  });

  it('are words that were lost, replaced and doubled', () => {
    expect(seamErrors(REFERENCE, spoken('one two three four six seven eight nine ten'), [2_500], 1_000).lost).toBe(1);
    expect(seamErrors(REFERENCE, spoken('one two three four fife six seven eight nine ten'), [2_500], 1_000).replaced).toBe(1);
    const twice = seamErrors(REFERENCE, spoken('one two three four five four five six seven eight nine ten'), [2_500], 1_000);
    expect(twice).toMatchObject({ added: 2, doubled: 2 });
    const more = seamErrors(REFERENCE, spoken('one two three four and five six seven eight nine ten'), [2_500], 1_000);
    expect(more).toMatchObject({ added: 1, doubled: 0 });
  });

  it('leave out what is far from all seams', () => {
    const found = seamErrors(REFERENCE, spoken('one one two three four five six seven eight nine'), [3_000], 500);
    expect(found).toMatchObject({ lost: 0, added: 0, doubled: 0 });
  });
});

describe('a transcript with one place heard in another way', () => {
  it('has the other words there, between words that both have', () => {
    const other = spoken(REFERENCE).map((word) => ({ ...word, text: word.text.replace('five', 'fife').toUpperCase() }));
    const text = textOf(exchanged(spoken(REFERENCE), other.slice(1, 9), 2_250, 500));
    expect(text).toBe('one two THREE FOUR FIFE SIX seven eight nine ten');
  });

  it('stays as it was where they have no words in common', () => {
    const words = spoken(REFERENCE);
    expect(exchanged(words, spoken('a b c d e f g h i j'), 2_250, 500)).toBe(words);
    expect(exchanged(words, [], 2_250, 500)).toBe(words);
  });
});
