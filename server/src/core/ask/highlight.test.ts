import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlighter, SNIPPET_LENGTH, snippetOf } from './highlight.ts';

const words = (query: string, text: string): string[] => highlighter(query)(text).map(({ start, end }) => text.slice(start, end));

describe('highlighting', () => {
  it('finds the words of the query in all their forms, and no stop words', () => {
    expect(words('why do the TIDES rise?', 'Each tide rises; the moon raised the tides.')).toEqual(['tide', 'rises', 'tides']);
    expect(words('cafe', 'Un Café, two cafe\u0301s and a cafeteria')).toEqual(['Café', 'cafe\u0301s']);
    expect(words('the', 'the word "the"')).toEqual(['the', 'the']);
    expect(words('.*', 'anything')).toEqual([]);
  });

  it('finds words in languages that write no spaces, at their places', () => {
    const text = '潮汐是由月球的引力引起的';
    expect(highlighter('月球')(text)).toEqual([{ start: 4, end: 6 }]);
    expect(words('月球 moon', `The moon (${text})`)).toEqual(['moon', '月球']);
  });

  it('always gives ranges that lie in the text, in order, without overlap', () => {
    const text = fc.array(fc.constantFrom('tide', 'Tides', '月球的', '🌊', ' ', ', ', 'é', 'ไทย')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (value) => {
        let last = 0;
        for (const { start, end } of highlighter('tide 月球 é ไทย')(value)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(value.length);
      }),
    );
  });
});

describe('snippets', () => {
  const filler = 'and so on and so forth '.repeat(20);

  it('are all of a short text', () => {
    expect(snippetOf('short', [])).toEqual({ start: 0, end: 5 });
    expect(snippetOf('', [])).toEqual({ start: 0, end: 0 });
  });

  it('are the part of a long one with most different words that matched', () => {
    const text = `moon moon moon ${filler} The moon pulls at the tides. ${filler}`;
    const { start, end } = snippetOf(text, highlighter('moon tides')(text));
    expect(text.slice(start, end)).toContain('The moon pulls at the tides.');
  });

  it('begin at the beginning when nothing matched', () => {
    const { start, end } = snippetOf(filler, []);
    expect(start).toBe(0);
    expect(filler.slice(end - 5, end)).toMatch(/\w$/);
  });

  it('are never longer than wanted, never empty, and cut no word or letter in two', () => {
    const piece = fc.constantFrom('tide', 'moon', 'water', '月球的引力', '🌊🌊', 'e\u0301', '. ', ', ');
    const texts = fc.array(piece, { minLength: 60, maxLength: 200 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(texts, (text) => {
        const { start, end } = snippetOf(text, highlighter('tide')(text));
        expect(end - start).toBeLessThanOrEqual(SNIPPET_LENGTH);
        if (text.length > 0) expect(end).toBeGreaterThan(start);
        expect(text.slice(start, end).isWellFormed()).toBe(true);
      }),
    );
  });

  it('hold of a text that is one endless word what fits', () => {
    const text = 'x'.repeat(1000);
    const { start, end } = snippetOf(text, []);
    expect(start).toBe(0);
    expect(end).toBe(SNIPPET_LENGTH);
  });
});
