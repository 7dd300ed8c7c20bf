import { expect, it } from 'vitest';
import { aDocument } from '../../../testkit/builders.ts';
import type { DocumentText } from '../domain/document.ts';
import { documentProse } from './document-prose.ts';

/** Pages of paragraphs; those that begin with `#` are headings of as many levels. */
function documentOf(...pages: readonly (readonly string[])[]): DocumentText {
  const made = pages.map((paragraphs, index) => {
    let text = '';
    const headings = [];
    for (const paragraph of paragraphs) {
      const level = /^#*/.exec(paragraph)?.[0].length ?? 0;
      const written = paragraph.slice(level);
      if (text !== '') text += '\n\n';
      if (level > 0) headings.push({ startChar: text.length, level, title: written });
      text += written;
    }
    return { number: index + 1, label: null, text, headings };
  });
  return { ...aDocument({ pages: made }), version: 1 };
}

const shown = (document: DocumentText) => documentProse(document).map(({ text, headings }) => [headings?.join(' > '), text]);

it('gives each sentence with the headings it stands under, over the ends of pages, and no heading as a sentence', () => {
  const document = documentOf(
    ['#Tides', 'The sea rises.', '##The moon', 'It pulls. It goes round.'],
    ['It is far.', '##The sun', 'So is it.'],
  );
  expect(shown(document)).toEqual([
    ['Tides', 'The sea rises.'],
    ['Tides > The moon', 'It pulls.'],
    ['Tides > The moon', 'It goes round.'],
    ['Tides > The moon', 'It is far.'],
    ['Tides > The sun', 'So is it.'],
  ]);
});

it('leaves out references, acknowledgements and what stands below pictures and tables', () => {
  const document = documentOf([
    '#1. Tides',
    'The sea rises.',
    'Figure 2: The sea. It is high.',
    'Table tennis is played at low tide.',
    '#Acknowledgments',
    'We thank the moon.',
    '#9 References',
    'Newton, I. (1687). Principia.',
    '#Appendix',
    'More of the sea.',
  ]);
  expect(shown(document).map(([, text]) => text)).toEqual([
    'The sea rises.',
    'Table tennis is played at low tide.',
    'More of the sea.',
  ]);
});

it('keeps all of a document that is nothing but references', () => {
  expect(shown(documentOf(['#References', 'Newton, Principia.']))).toEqual([['References', 'Newton, Principia.']]);
});
