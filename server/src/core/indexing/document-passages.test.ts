import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDocument } from '../../../testkit/builders.ts';
import type { DocumentText } from '../domain/document.ts';
import { citationFault, citedTexts } from '../domain/grounding.ts';
import { cite } from '../domain/passage.ts';
import { documentPassages } from './document-passages.ts';
import { MAX_WORDS } from './passages-of.ts';

const place = { courseId: 'course', courseTitle: 'Physics', lectureTitle: 'Tides' };

function documentOf(...texts: readonly string[]): DocumentText {
  const pages = texts.map((text, index) => ({ number: index + 1, label: null, text, headings: [] }));
  return { ...aDocument({ title: 'Reader', pages }), version: 1 };
}

const texts = fc.string({ unit: fc.constantFrom('tide ', 'moon. ', 'Sun! ', '\n\n', '潮', '。', 'a', ' '), maxLength: 400 });

describe('passages of a document', () => {
  it('hold all its text once, in order, are true citations of it and stay on their page', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), (pages) => {
        const document = documentOf(...pages);
        const passages = documentPassages(document, place);
        for (const [index, text] of pages.entries()) {
          const onPage = passages.filter(({ page }) => page === index + 1);
          expect(
            onPage
              .map((passage) => passage.text)
              .join('')
              .replaceAll(/\s/g, ''),
          ).toBe(text.replaceAll(/\s/g, ''));
        }
        for (const passage of passages) expect(citationFault(cite(passage), citedTexts([document])(cite(passage)))).toBeNull();
        expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length);
      }),
    );
  });

  it('never exceed what an embedder hears, though a sentence does', () => {
    const passages = documentPassages(documentOf('tide '.repeat(500).trim(), '潮'.repeat(1_000)), place);
    for (const { text } of passages.filter(({ page }) => page === 1))
      expect(text.split(' ').length).toBeLessThanOrEqual(MAX_WORDS);
    for (const { text } of passages.filter(({ page }) => page === 2)) expect(text.length).toBeLessThanOrEqual(2 * MAX_WORDS);
  });

  it('begin anew at a heading, and are searched with the headings they stand under', () => {
    const long = `Springs and neaps take turns. ${'The water rises. '.repeat(6)}`;
    const text = `Tides\n\n${long}\n\nMoon\n\nIt pulls.`;
    const at = (title: string, level: number) => ({ startChar: text.indexOf(title), level, title });
    const document = {
      ...documentOf(text),
      pages: [{ number: 1, label: 'One', text, headings: [at('Tides', 1), at('Moon', 2)] }],
    };
    const passages = documentPassages(document, place);
    expect(passages.map((passage) => passage.text.slice(0, 5))).toEqual(['Tides', 'Moon\n']);
    expect(passages[1]?.context).toBe('Physics Tides Reader One Tides');
  });
});
