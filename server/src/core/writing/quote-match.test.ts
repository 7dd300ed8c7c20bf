import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteStandsIn } from './quote-match.ts';

describe('a quote', () => {
  it('stands where its words stand in order, whatever case and punctuation', () => {
    expect(quoteStandsIn('Sleep helps memory', 'sleep, uh, helps the MEMORY.')).toBe(true);
    expect(quoteStandsIn('Schrödingers Katze', 'die schrodingers katze lebt')).toBe(true);
    expect(quoteStandsIn('睡眠が助ける', '睡眠が記憶を助ける。')).toBe(true);
  });

  it('may have a few words mended when it is long, none when it is short', () => {
    expect(quoteStandsIn('the hippocampus replays the day while we sleep', 'the hip campus replays the day while we sleep')).toBe(
      true,
    );
    expect(quoteStandsIn('hippocampus replays', 'the hip campus replays the day')).toBe(false);
  });

  it('stands nowhere when it is empty or says something else', () => {
    for (const quote of ['', '...', 'entropy never decreases in a closed system']) {
      expect(quoteStandsIn(quote, 'Sleep helps the memory.')).toBe(false);
    }
  });

  it('stands in its own text', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 40 }), (words) => {
        expect(quoteStandsIn(words.join(' '), `x ${words.join(', ')} y`)).toBe(true);
      }),
    );
  });
});
