import { BorderStyle, HeadingLevel, Table, TableCell, TableRow, TabStopType, TextRun, WidthType, type FileChild } from 'docx';
import type { CardItem, GuideBlock, PointItem, QuestionItem, TermItem } from '../../core/domain/study-guide.ts';
import { TIME_TAB } from './docx-styles.ts';
import { bookmark, paragraph, placeLink, placeRuns, run, tab } from './docx-text.ts';

/** Twentieths of a point: A4 without its margins. */
export const TEXT_WIDTH = 9_300;
const TERM_WIDTHS = [2_400, 5_300, 1_600] as const;
const TIME_STOP = [{ type: TabStopType.LEFT, position: TIME_TAB }];
const NO_LINE = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const;
const HAIRLINE = { style: BorderStyle.SINGLE, size: 4, color: 'D5DAE1' } as const;

/** @param list which numbered list of the document the block's numbers belong to */
export function blockChildren(block: GuideBlock, list: number): FileChild[] {
  switch (block.kind) {
    case 'heading':
      return [paragraph(block.title, [bookmark(block.anchor, [run(block.title)])], { heading: HeadingLevel.HEADING_2 })];
    case 'points':
      return block.items.map(pointParagraph);
    case 'timeline':
      return block.items.map(timeParagraph);
    case 'terms':
      return block.items.length > 0 ? [termTable(block.items)] : [];
    case 'cards':
      return block.items.map((item) => cardParagraph(item, list));
    case 'questions':
      return questionParagraphs(block.items, list);
    case 'speech': {
      const speaker = block.speaker === null ? [] : [run(`${block.speaker}: `, { bold: true })];
      const time = placeLink({ ...block.place, anchor: null });
      const content = [bookmark(block.anchor, []), time, tab(), ...speaker, run(block.text)];
      return [paragraph(block.text, content, { style: 'Speech', tabStops: TIME_STOP })];
    }
  }
}

function pointParagraph({ text, places }: PointItem) {
  return paragraph(text, [run(text), ...placeRuns(places)], { numbering: { reference: 'bullets', level: 0 }, style: 'Item' });
}

function timeParagraph({ text, places: [place, ...rest] }: PointItem) {
  const time = place ? [placeLink(place), tab()] : [];
  return paragraph(text, [...time, run(text), ...placeRuns(rest)], { style: 'Speech', tabStops: TIME_STOP });
}

function termTable(items: readonly TermItem[]): Table {
  const header = ['Term', 'Meaning', 'Where'].map((name, index) =>
    cell([paragraph(name, [run(name, { style: 'Label' })])], index),
  );
  return new Table({
    width: { size: TEXT_WIDTH, type: WidthType.DXA },
    columnWidths: [...TERM_WIDTHS],
    borders: {
      top: NO_LINE,
      left: NO_LINE,
      right: NO_LINE,
      bottom: HAIRLINE,
      insideVertical: NO_LINE,
      insideHorizontal: HAIRLINE,
    },
    rows: [
      new TableRow({ tableHeader: true, children: header }),
      ...items.map(
        ({ term, explanation, places }) =>
          new TableRow({
            cantSplit: true,
            children: [
              cell([paragraph(term, [run(term, { bold: true })])], 0),
              cell([paragraph(explanation, [run(explanation)])], 1),
              cell(
                places.map((place) => paragraph(place.label, [placeLink(place)])),
                2,
              ),
            ],
          }),
      ),
    ],
  });
}

function cell(children: readonly ReturnType<typeof paragraph>[], column: number): TableCell {
  return new TableCell({
    // A cell without a paragraph is a damaged document.
    children: children.length > 0 ? [...children] : [paragraph('', [])],
    width: { size: TERM_WIDTHS[column] ?? 0, type: WidthType.DXA },
    margins: { top: 60, bottom: 60, left: 40, right: 120 },
  });
}

function cardParagraph({ front, back, places }: CardItem, list: number) {
  const content = [run(front, { bold: true }), new TextRun({ break: 1 }), run(back), ...placeRuns(places)];
  return paragraph(front, content, { numbering: numbering(list), style: 'Item' });
}

/** The questions with room to think, then the answers. */
function questionParagraphs(items: readonly QuestionItem[], list: number) {
  if (items.length === 0) return [];
  return [
    ...items.flatMap(({ question, options }) => [
      paragraph(question, [run(question, { bold: true })], {
        numbering: numbering(list),
        style: 'Item',
        keepNext: options.length > 0,
      }),
      ...options.map((option, index) =>
        paragraph(option, [run(`${letterOf(index)}.  ${option}`)], {
          style: 'Choice',
          keepNext: index < options.length - 1,
        }),
      ),
    ]),
    paragraph('Answers', [run('Answers', { style: 'Label' })], { spacing: { before: 240, after: 60 }, keepNext: true }),
    ...items.map(({ answer, options, places }) => {
      const letter = options.indexOf(answer);
      const shown = letter >= 0 ? `${letterOf(letter)}. ${answer}` : answer;
      return paragraph(answer, [run(shown), ...placeRuns(places)], { numbering: numbering(list, 1), style: 'Item' });
    }),
  ];
}

/** Each block counts from 1, and so do its answers. */
function numbering(list: number, part = 0) {
  return { reference: 'numbers', level: 0, instance: list * 2 + part };
}

function letterOf(index: number): string {
  return String.fromCharCode(65 + (index % 26));
}
