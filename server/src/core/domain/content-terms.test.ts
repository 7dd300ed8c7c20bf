import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentStems, overlapOf, pairsIn, queryWords, spaced, stemOf } from './content-terms.ts';

describe('words of a query', () => {
  it('are its content words, lower case, each once', () => {
    expect(queryWords('What is the Tide, and what are tides? TIDE!')).toEqual(['tide', 'tides']);
  });

  it('are the stop words when there is nothing else', () => {
    expect(queryWords('What is it?')).toEqual(['what', 'is', 'it']);
  });

  it('never hold anything but letters, digits and marks, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) =>
        queryWords(query).every((word) => /^[\p{L}\p{N}\p{M}]+$/u.test(word)),
      ),
    );
    expect(queryWords(`(a+)+$ "x" OR NEAR(y) * ^ col: '; DROP TABLE passage; --`)).toEqual([
      'x',
      'near',
      'y',
      'col',
      'drop',
      'table',
      'passage',
    ]);
  });

  it('are at most 64, also of a query of a megabyte', () => {
    const query = Array.from({ length: 150_000 }, (_, index) => `w${index}`).join(' ');
    expect(queryWords(query)).toHaveLength(64);
  });

  it('are found in languages without spaces', () => {
    expect(spaced('潮汐是由月球引起的').split(' ').length).toBeGreaterThan(3);
    expect(queryWords('月球')).toEqual(['月球']);
    expect(spaced('Ebbe und Flut')).toBe('Ebbe und Flut');
  });
});

describe('stems', () => {
  it('are the same for the forms of a word, with and without diacritics', () => {
    expect(stemOf('memories')).toBe(stemOf('memory'));
    expect(stemOf('café')).toBe(stemOf('cafe'));
    expect(contentStems('The tides are caused by tidal forces')).toEqual(['tide', 'caus', 'tidal', 'forc']);
  });

  it('give the share of the query that stands in a text', () => {
    expect(overlapOf(new Set([stemOf('moon'), stemOf('pulling')]), 'The moons shine')).toBe(0.5);
    expect(overlapOf(new Set(), 'The moons shine')).toBe(0);
  });

  it('give the same share whether all words are stemmed or only those that begin alike', () => {
    const word = fc.constantFrom(
      'ied',
      'École',
      'ecoles',
      'tidal',
      'tides',
      'skies',
      'sky',
      'dying',
      'y',
      'flies',
      'naïve',
      '月球',
    );
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (asked, text) => {
        const stems = new Set(asked.map((one) => stemOf(one.toLowerCase())));
        const there = new Set(text.map((one) => stemOf(one.toLowerCase())));
        const expected = stems.size === 0 ? 0 : [...stems].filter((stem) => there.has(stem)).length / stems.size;
        expect(overlapOf(stems, text.join(' '))).toBe(expected);
      }),
    );
  });

  it('give the share of neighbours that are neighbours in a text, whatever stop words are between', () => {
    const stems = new Set(['old', 'town', 'hall']);
    expect(pairsIn(stems, 'the hall of the old town')).toBe(0.5);
    expect(pairsIn(stems, 'The Old Town’s halls')).toBe(0.5);
    expect(pairsIn(stems, 'in an old town the hall stands')).toBe(1);
    expect(pairsIn(stems, 'an old small town')).toBe(0);
    expect(pairsIn(new Set(['old']), 'an old town')).toBe(0);
  });
});
