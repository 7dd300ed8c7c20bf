import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from './clean-text.ts';
import { decodeText, looksLikeText } from './decode-text.ts';

describe('text that is stored', () => {
  it('has whole letters, no soft hyphens, no characters that nobody sees', () => {
    expect(cleanText('e\u0301\uFB03cace\u00AD  \n ment\u0000')).toBe('éfficace ment');
    expect(cleanText('\u202Ea\u200Bb\uFEFFc\u2066')).toBe('abc');
    expect(cleanText('\u0645\u06CC\u200C\u062E')).toBe('\u0645\u06CC\u200C\u062E');
  });

  it('stays as it is when it is cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanText(text);
        expect(cleanText(clean)).toBe(clean);
        expect(clean.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('text of unknown encoding', () => {
  const WORDS = 'Größe und Übermut: die Flut „kommt“ – für fünf Stunden.';

  it('is UTF-8 or UTF-16, marked or not', () => {
    const wide = Buffer.from(WORDS, 'utf16le');
    expect(decodeText(Buffer.from(WORDS))).toBe(WORDS);
    expect(decodeText(wide)).toBe(WORDS);
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))).toBe(WORDS);
    expect(decodeText(Buffer.from(wide).swap16())).toBe(WORDS);
    expect(looksLikeText(wide)).toBe(true);
  });

  it('is Windows-1252 where it is not UTF-8 and says nothing', () => {
    expect(decodeText(Buffer.from('Gr\xF6\xDFe und \xDCbermut, f\xFCr f\xFCnf \x80.', 'latin1'))).toBe(
      'Größe und Übermut, für fünf €.',
    );
  });

  it('is what its letters tell, among other alphabets', () => {
    // "Приливы и отливы" in Windows-1251, "潮は月が動かす。" in Shift_JIS
    expect(decodeText(Buffer.from('cff0e8ebe8e2fb20e820eef2ebe8e2fb', 'hex'))).toBe('Приливы и отливы');
    expect(decodeText(Buffer.from('92aa82cd8c8e82aa93ae82a982b78142', 'hex'))).toBe('潮は月が動かす。');
  });

  it('is what is declared, unless it is plainly UTF-8', () => {
    expect(decodeText(Buffer.from([0xe1]), 'iso-8859-7')).toBe('α');
    expect(decodeText(Buffer.from('für'), 'iso-8859-1')).toBe('für');
    expect(decodeText(Buffer.from('plain'), 'no-such-encoding')).toBe('plain');
  });
});
