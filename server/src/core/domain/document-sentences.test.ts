import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentSentences, sentenceSpans } from './document-sentences.ts';

function sentences(text: string, language = 'en'): string[] {
  return sentenceSpans({ text }, language).map(({ startChar, endChar }) => text.slice(startChar, endChar));
}

describe('the sentences of a page', () => {
  it('end where sentences, headings and paragraphs end', () => {
    expect(sentences('Memory\n\nIt fades. Sleep helps it!\n\n  Why? ')).toEqual([
      'Memory',
      'It fades.',
      'Sleep helps it!',
      'Why?',
    ]);
  });

  it('do not end after abbreviations and initials', () => {
    expect(sentences('See Fig. 3 of J. Smith et al. (2020), e.g. the left one. It is red.')).toEqual([
      'See Fig. 3 of J. Smith et al. (2020), e.g. the left one.',
      'It is red.',
    ]);
  });

  it('are found in languages without spaces', () => {
    expect(sentences('記憶は薄れる。睡眠が助ける。', 'ja')).toEqual(['記憶は薄れる。', '睡眠が助ける。']);
  });

  it('leave out nothing but white space, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '.', ' ', '\n', '。', '!', '3'), maxLength: 80 }), (text) => {
        expect(sentences(text).join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });

  it('within a range are cut to it', () => {
    const document = {
      lectureId: 'l',
      sourceId: 's',
      version: 2,
      language: 'en',
      pages: [
        { number: 1, label: null, text: 'Other page.', headings: [] },
        { number: 2, label: null, text: 'It fades. Sleep helps.', headings: [] },
      ],
    };
    expect(documentSentences(document, { page: 2, startChar: 3, endChar: 15 })).toMatchObject([
      { text: 'fades.', page: 2, startChar: 3, endChar: 9, textVersion: 2, kind: 'document', startMs: null, firstWord: null },
      { text: 'Sleep', page: 2, startChar: 10, endChar: 15 },
    ]);
    expect(documentSentences(document)).toHaveLength(3);
  });
});
