import {
  AlignmentType,
  Document,
  Footer,
  HeadingLevel,
  LevelFormat,
  Packer,
  PageNumber,
  TableOfContents,
  TabStopType,
  TextRun,
  type FileChild,
  type PageNumberEstimator,
} from 'docx';
import { estimatePageNumbers } from 'docx/layout';
import type { GuideSection, StudyGuide } from '../../core/domain/study-guide.ts';
import { blockChildren, TEXT_WIDTH } from './docx-blocks.ts';
import { documentStyles, FACT_TAB } from './docx-styles.ts';
import { bookmark, paragraph, run, tab } from './docx-text.ts';

/** Laying out pages as Word does takes 5 s for so many words, and 18 s for 30,000. */
const WORDS_WITH_PAGES = 8_000;

/**
 * Writes a guide as a Word document. Where the pages of its sections cannot be told in short, its table of contents has no page
 * numbers until Word fills them in, which it offers to do when it opens the document.
 */
export async function writeDocx(guide: StudyGuide): Promise<Uint8Array> {
  if (wordsOf(guide) <= WORDS_WITH_PAGES) {
    const { estimator, isComplete } = watched(estimatePageNumbers);
    const bytes = await pack(documentOf(guide, { pageNumbers: estimator }));
    if (isComplete()) return bytes;
  }
  return pack(documentOf(guide, {}));
}

/** Some scripts and signs of formulas cannot be laid out: then only what stands before the first of them has a page. */
function watched(estimate: PageNumberEstimator): { estimator: PageNumberEstimator; isComplete: () => boolean } {
  let complete = false;
  const watching: PageNumberEstimator = (body, context) => {
    const pages = estimate(body, context);
    complete = pages.pageCount !== undefined;
    return pages;
  };
  const { listNumbers } = estimate;
  return { estimator: listNumbers ? Object.assign(watching, { listNumbers }) : watching, isComplete: () => complete };
}

async function pack(document: Document): Promise<Uint8Array> {
  return new Uint8Array(await Packer.toBuffer(document));
}

function documentOf(guide: StudyGuide, pages: { readonly pageNumbers?: PageNumberEstimator }): Document {
  const { title, course, language, facts, sections } = guide;
  const lang = language === 'und' ? 'en' : language;
  return new Document({
    ...pages,
    title,
    subject: course,
    creator: 'Scholium',
    styles: documentStyles(lang),
    numbering: { config: [list('numbers', LevelFormat.DECIMAL, '%1.', 440), list('bullets', LevelFormat.BULLET, '•', 300)] },
    sections: [
      {
        properties: {
          page: { size: { width: 11_906, height: 16_838 }, margin: { top: 1_300, bottom: 1_400, left: 1_300, right: 1_300 } },
        },
        footers: { default: footer(title) },
        children: [
          ...(course === '' ? [] : [paragraph(course, [run(course)], { style: 'Course' })]),
          paragraph(title, [run(title)], { heading: HeadingLevel.TITLE }),
          ...facts.map(({ label, text }) =>
            paragraph(text, [run(label, { style: 'Label' }), tab(), run(text)], {
              style: 'Fact',
              tabStops: [{ type: TabStopType.LEFT, position: FACT_TAB }],
            }),
          ),
          paragraph('', [], { spacing: { after: 120 } }),
          new TableOfContents('Contents', { hyperlink: true, headingStyleRange: '1-2' }),
          ...sections.flatMap((section, index) => sectionChildren(section, index)),
        ],
      },
    ],
  });
}

function sectionChildren({ title, anchor, remark, blocks }: GuideSection, index: number): FileChild[] {
  return [
    paragraph(title, [bookmark(anchor, [run(title)])], { heading: HeadingLevel.HEADING_1 }),
    ...(remark === null ? [] : [paragraph(remark, [run(remark)], { style: 'Remark', keepNext: true })]),
    ...(blocks.length === 0 ? [paragraph('', [run('Nothing here.')], { style: 'Remark' })] : []),
    ...blocks.flatMap((block, part) => blockChildren(block, index * 1_000 + part)),
  ];
}

function footer(title: string): Footer {
  const pages = [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES];
  const children = [run(title, { style: 'Label' }), tab(), new TextRun({ style: 'Label', children: pages })];
  return new Footer({
    // The title stands at the left in every script: page numbers keep their order.
    children: [paragraph('', children, { tabStops: [{ type: TabStopType.RIGHT, position: TEXT_WIDTH }] })],
  });
}

function list(reference: string, format: (typeof LevelFormat)[keyof typeof LevelFormat], text: string, indent: number) {
  const style = { paragraph: { indent: { left: indent, hanging: indent } } };
  return { reference, levels: [{ level: 0, format, text, alignment: AlignmentType.START, style }] };
}

function wordsOf({ sections }: StudyGuide): number {
  const lengths = sections.flatMap(({ blocks }) => blocks.map((block) => JSON.stringify(block).split(' ').length));
  return lengths.reduce((sum, length) => sum + length, 0);
}
