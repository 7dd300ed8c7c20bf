import { array, assert, integer, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, safeText, wrapText } from './wrap-text.ts';

describe('text from outside', () => {
  it('cannot steer the terminal', () => {
    expect(safeText('a\u001b[2Jb\rc\u0007d\u009b1me\u202ef')).toBe('a [2Jb c d 1me f');
  });

  it('is wrapped between words, and later lines are indented to the first', () => {
    expect(wrapText('one two three four', { columns: 13, first: '[00:01] ' })).toEqual([
      '[00:01] one',
      '        two',
      '        three',
      '        four',
    ]);
  });

  it('keeps every word, in order, and stays within the width wherever a word fits', () => {
    assert(
      property(array(stringMatching(/^[a-z]{1,10}$/), { minLength: 1 }), integer({ min: 12, max: 100 }), (words, columns) => {
        const lines = wrapText(words.join(' '), { columns });
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('is cut to a width with an ellipsis', () => {
    expect(clip('a long line', 7)).toBe('a long…');
    expect(clip('short', 7)).toBe('short');
  });
});
