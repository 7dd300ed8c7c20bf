import { describe, expect, it } from 'vitest';
import { expectSound } from '../../../testkit/document-reader.conformance.ts';
import { defaultDocumentLimits } from './document-limits.ts';
import { readPdf } from './read-pdf.ts';

interface Placed {
  readonly text: string;
  readonly x: number;
  /** From the bottom of a page of 600 points by 800. */
  readonly y: number;
  readonly size?: number;
}

const at = (x: number, y: number, text: string, size = 10): Placed => ({ x, y, text, size });

/** Pages of Helvetica, each piece placed by hand in the order it is written in. */
function pdfOf(pages: readonly (readonly Placed[])[], catalog = ''): Uint8Array {
  const objects = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  ];
  for (const [index, page] of pages.entries()) {
    const content = page.map(({ text, x, y, size }) => `BT /F1 ${size} Tf ${x} ${y} Td (${text}) Tj ET`).join('\n');
    objects.push(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents ${5 + 2 * index} 0 R/Resources<</Font<</F1 3 0 R>>>>>>`,
      `<</Length ${content.length}>>stream\n${content}\nendstream`,
    );
  }
  const body = objects.map((object, index) => `${index + 1} 0 obj${object}\nendobj`).join('\n');
  return Buffer.from(`%PDF-1.4\n${body}\ntrailer<</Root 1 0 R>>\n%%EOF`, 'latin1');
}

async function textsOf(pages: readonly (readonly Placed[])[]): Promise<string[]> {
  const document = await readPdf(pdfOf(pages), defaultDocumentLimits);
  expectSound(document);
  return document.pages.map(({ text }) => text);
}

const left = Array.from({ length: 8 }, (_, index) => `Left row ${index + 1} goes on about the tides,`);
const right = Array.from({ length: 8 }, (_, index) => `right row ${index + 1} goes on about the moon,`);

describe('columns of a PDF', () => {
  it('are read one after the other, even where the file writes line by line across both', async () => {
    const rows = left.flatMap((text, index) => [at(50, 700 - 14 * index, text), at(320, 700 - 14 * index, right[index] ?? '')]);
    expect(await textsOf([rows])).toEqual([[...left, ...right].join(' ')]);
  });

  it('stand between what goes across the page above and below them', async () => {
    const rows = left.flatMap((text, index) => [at(50, 700 - 14 * index, text), at(320, 693 - 14 * index, right[index] ?? '')]);
    const wide = 'A line that goes across both of the columns from the one edge of the page to the other edge of it all.';
    const [text = ''] = await textsOf([[at(50, 760, 'Of Tides', 20), ...rows, at(50, 400, wide)]]);
    expect(text.split('\n\n')).toEqual(['Of Tides', [...left, ...right].join(' '), wide]);
  });

  it('are not seen in a table, which is read row by row', async () => {
    const rows = Array.from({ length: 8 }, (_, index) => [
      at(50, 700 - 14 * index, `Harbour ${index}`),
      at(250, 700 - 14 * index, `${index}.5 m`),
      at(450, 700 - 14 * index, `${index} h`),
    ]);
    const [text = ''] = await textsOf([rows.flat()]);
    expect(text).toContain('Harbour 0 0.5 m 0 h');
    expect(text).toContain('Harbour 7 7.5 m 7 h');
  });
});

describe('the text of a PDF', () => {
  it('has words whole that the end of a line breaks, but keeps the hyphens that belong to them', async () => {
    const lines = [
      'This tells of water and of its endu-',
      'rance: a well-known tide is a well-',
      'known thing, even when it is new to you.',
    ];
    const [text] = await textsOf([lines.map((line, index) => at(50, 700 - 12 * index, line))]);
    expect(text).toBe(
      'This tells of water and of its endurance: a well-known tide is a well-known thing, even when it is new to you.',
    );
  });

  it('lacks titles and numbers that stand on every page, and nothing else', async () => {
    const pages = Array.from({ length: 6 }, (_, index) => [
      at(50, 770, 'The Book of Tides'),
      at(50, 700, `Page ${index + 1} begins here with words of its own: ${'abcdef'[index]}.`),
      at(50, 500, 'This sentence is on every page, in the midst.'),
      at(300, 30, String(index + 1)),
    ]);
    const texts = await textsOf(pages);
    expect(texts[2]).toBe('Page 3 begins here with words of its own: c.\n\nThis sentence is on every page, in the midst.');
  });

  it('has headings by the size of letters, and paragraphs by the distance of lines', async () => {
    const document = await readPdf(
      pdfOf([
        [
          at(50, 740, 'Tides', 24),
          at(50, 700, 'Why two a day', 14),
          at(50, 680, 'The moon pulls at the water on both sides'),
          at(50, 668, 'of the earth.'),
          at(50, 640, 'The sun pulls too.'),
        ],
      ]),
      defaultDocumentLimits,
    );
    expect(document.title).toBe('Tides');
    expect(document.pages[0]).toMatchObject({
      text: 'Tides\n\nWhy two a day\n\nThe moon pulls at the water on both sides of the earth.\n\nThe sun pulls too.',
      headings: [
        { startChar: 0, level: 1, title: 'Tides' },
        { startChar: 7, level: 2, title: 'Why two a day' },
      ],
    });
  });

  it('has headings that a number like 2.1 tells, though their letters are as large as the text', async () => {
    const lines = [
      'The tide is high twice a day, when the moon stands over the sea or below it.',
      '2.1 The Moon',
      'It pulls at the water on both sides of the earth, and at the earth between them.',
      'Since 1.5 Metres are much in some harbours, that is of weight for those who sail.',
    ];
    const document = await readPdf(
      pdfOf([[at(50, 740, '2. Tides', 14), ...lines.map((line, index) => at(50, 700 - 12 * index, line))]]),
      defaultDocumentLimits,
    );
    expect(document.pages[0]?.headings.map(({ level, title }) => [level, title])).toEqual([
      [1, '2. Tides'],
      [2, '2.1 The Moon'],
    ]);
    expect(document.pages[0]?.text.split('\n\n')).toHaveLength(4);
  });

  it('has names whole that a line end parts at a capital, where they are written whole elsewhere', async () => {
    const lines = [
      'A TideWatch rings when the sea is high, and a Tide-',
      'Watch is silent when it is low, even in North-',
      'Sea harbours.',
    ];
    const [text] = await textsOf([lines.map((line, index) => at(50, 700 - 12 * index, line))]);
    expect(text).toContain('a TideWatch is silent');
    expect(text).toContain('North- Sea');
  });

  it('keeps the numbers of pages that are empty', async () => {
    expect(await textsOf([[at(50, 700, 'One.')], [], [at(50, 700, 'Three.')]])).toEqual(['One.', '', 'Three.']);
  });

  it('puts accents on their letters that stand beside them', async () => {
    expect(await textsOf([[at(50, 700, 'A na\\250ive tide.')]])).toEqual(['A naïve tide.']);
  });

  it('is counted while it is read', async () => {
    const pages = Array.from({ length: 5 }, () => [at(50, 700, 'Some words that are counted.')]);
    const read = (limits: object) => readPdf(pdfOf(pages), { ...defaultDocumentLimits, ...limits });
    await expect(read({ pages: 4 })).rejects.toMatchObject({ code: 'document_too_large' });
    await expect(read({ textChars: 100 })).rejects.toMatchObject({ code: 'document_too_large' });
  });
});
