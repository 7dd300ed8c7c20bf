import { describe, expect, it } from 'vitest';
import { countWordErrors, normaliseWords, sumErrors } from './word-errors.ts';

describe('word errors', () => {
  it('counts replaced, missing and added words', () => {
    expect(countWordErrors('the cat sat on the mat', 'the bat sat on mat')).toEqual({ errors: 2, words: 6 });
    expect(countWordErrors('one two', 'one and two')).toEqual({ errors: 1, words: 2 });
    expect(countWordErrors('one two', '')).toEqual({ errors: 2, words: 2 });
    expect(countWordErrors('', 'noise')).toEqual({ errors: 1, words: 0 });
  });

  it('ignores case, punctuation and the kind of apostrophe', () => {
    expect(countWordErrors('“It’s here,” he said.', "it's HERE he said")).toEqual({ errors: 0, words: 4 });
    expect(normaliseWords("'quoted' don't rock-and-roll")).toEqual(['quoted', "don't", 'rock', 'and', 'roll']);
  });

  it('ignores line breaks', () => {
    expect(normaliseWords('one\ntwo\t three')).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['7', 'seven'],
    ['20', 'twenty'],
    ['42', 'forty two'],
    ['300', 'three hundred'],
    ['1,976', 'one thousand nine hundred seventy six'],
    ['1000000', 'one zero zero zero zero zero zero'],
  ])('reads %s as "%s"', (digits, words) => {
    expect(normaliseWords(digits).join(' ')).toBe(words);
  });

  it('adds up recordings by their words, not by their rates', () => {
    expect(
      sumErrors([
        { errors: 1, words: 2 },
        { errors: 0, words: 8 },
      ]),
    ).toEqual({ errors: 1, words: 10 });
  });
});
