import type { CardItem, GuideBlock, Place, PointItem, QuestionItem, TermItem } from '../../core/domain/study-guide.ts';
import { ACCENT, INK, MUTED, PAGE, TEXT_WIDTH, type Column, type PageWriter } from './page-writer.ts';
import type { Span } from './text-lines.ts';

const SIZE = 10;
const PLACE_SIZE = 8.5;
/** Between the items of a list. */
const ITEM_GAP = 4;
const BULLET_INDENT = 14;
const TIME_WIDTH = 44;
const TERM_WIDTH = 132;

/** What a block needs besides the page. */
export interface BlockDrawer {
  readonly writer: PageWriter;
  /** Marks what is drawn as a paragraph (`P`), heading (`H2`), ... for readers that do not see. */
  tagged(type: string, draw: () => void): void;
  /** Called where a heading stands. */
  onHeading(title: string, anchor: string): void;
}

export function drawBlock(drawer: BlockDrawer, block: GuideBlock): void {
  switch (block.kind) {
    case 'heading':
      return drawHeading(drawer, block.title, block.anchor);
    case 'points':
      return block.items.forEach((item) => drawPoint(drawer, item));
    case 'timeline':
      return block.items.forEach((item) => drawTime(drawer, item));
    case 'terms':
      return block.items.forEach((item, index) => drawTerm(drawer, item, index));
    case 'cards':
      return block.items.forEach((item, index) => drawCard(drawer, item, index));
    case 'questions':
      return drawQuestions(drawer, block.items);
    case 'speech':
      return drawSpeech(drawer, block);
  }
}

/** Text turns by its letters, not by hidden signs that make it look like something else. */
const OVERRIDES = /[\u202A-\u202E\u2066-\u2069]/g;
/** A place keeps its own direction between words of another. */
function isolated(label: string): string {
  return `\u2068${label}\u2069`;
}

function text(value: string, over: Partial<Span> = {}): Span {
  return { text: value.replace(OVERRIDES, ''), style: 'regular', size: SIZE, color: INK, ...over };
}

/** ` 03:25 · 04:10`, each a link. */
function placeSpans(places: readonly Place[]): Span[] {
  return places.flatMap((place, index) => [
    text(index === 0 ? '  ' : ' · ', { size: PLACE_SIZE, color: MUTED }),
    placeSpan(place),
  ]);
}

function placeSpan(place: Place): Span {
  const isLink = place.url !== null || place.anchor !== null;
  // A short label stays on one line.
  const label = place.label.length <= 24 ? place.label.replaceAll(' ', '\u00A0') : place.label;
  return { ...text('', { size: PLACE_SIZE, color: isLink ? ACCENT : MUTED, place }), text: isolated(label) };
}

function indented(by: number, width = TEXT_WIDTH - by): Column {
  return { x: PAGE.left + by, width };
}

function drawHeading(drawer: BlockDrawer, title: string, anchor: string): void {
  const { writer } = drawer;
  const lines = writer.layOut([text(title, { style: 'bold', size: 11.5 })], indented(0));
  // A heading is never the last of its page.
  writer.ensure(10 + writer.heightOf(lines) + 3 * SIZE * 1.5);
  writer.space(10);
  drawer.onHeading(title, anchor);
  drawer.tagged('H2', () => writer.draw(lines, indented(0)));
  writer.space(3);
}

function drawPoint({ writer, tagged }: BlockDrawer, { text: value, places }: PointItem): void {
  const column = indented(BULLET_INDENT);
  const lines = writer.layOut([text(value), ...placeSpans(places)], column);
  writer.ensure(writer.heightOf(lines.slice(0, 2)));
  tagged('P', () => {
    const [bullet] = writer.layOut([text('•', { color: ACCENT })], indented(2));
    const isFromRight = lines[0]?.fromRight === true;
    if (bullet) writer.drawLine(bullet, isFromRight ? { x: PAGE.left + TEXT_WIDTH + 4, width: 10 } : indented(2), writer.y);
    writer.draw(lines, column);
  });
  writer.space(ITEM_GAP);
}

function drawTime({ writer, tagged }: BlockDrawer, { text: value, places }: PointItem): void {
  const [place, ...rest] = places;
  const column = indented(TIME_WIDTH + 8);
  const lines = writer.layOut([text(value), ...placeSpans(rest)], column);
  const time = place ? writer.layOut([placeSpan(place)], indented(0, TIME_WIDTH + 4)) : [];
  writer.ensure(Math.max(writer.heightOf(lines.slice(0, 2)), writer.heightOf(time)));
  tagged('P', () => {
    const top = writer.y;
    time.forEach((line, index) => writer.drawLine(line, indented(0), top + 1.5 + index * PLACE_SIZE * 1.5));
    writer.draw(lines, column);
    if (writer.y > top) writer.y = Math.max(writer.y, top + writer.heightOf(time));
  });
  writer.space(ITEM_GAP);
}

function drawTerm({ writer, tagged }: BlockDrawer, { term, explanation, places }: TermItem, index: number): void {
  const [left, right] = [indented(0, TERM_WIDTH - 16), indented(TERM_WIDTH)];
  const name = writer.layOut([text(term, { style: 'bold' })], left);
  const lines = writer.layOut([text(explanation), ...placeSpans(places)], right);
  const height = Math.max(writer.heightOf(name), writer.heightOf(lines));
  // A row stays on one page, unless it would not fit on any.
  writer.ensure(Math.min(height, 300) + 12);
  if (index > 0) writer.rule();
  writer.space(5);
  tagged('P', () => {
    const [top, page] = [writer.y, writer.page];
    name.forEach((line, row) => writer.drawLine(line, left, top + row * SIZE * 1.5));
    writer.draw(lines, right);
    if (writer.page === page) writer.y = Math.max(writer.y, top + writer.heightOf(name));
  });
  writer.space(6);
}

function drawCard({ writer, tagged }: BlockDrawer, { front, back, places }: CardItem, index: number): void {
  const column = indented(22);
  const asked = writer.layOut([text(front, { style: 'bold' })], column);
  const answered = writer.layOut([text(back), ...placeSpans(places)], column);
  writer.ensure(Math.min(300, writer.heightOf(asked) + writer.heightOf(answered)) + 4);
  tagged('P', () => {
    drawNumber(writer, index);
    writer.draw(asked, column);
    writer.space(1);
    writer.draw(answered, column);
  });
  writer.space(ITEM_GAP + 4);
}

function drawNumber(writer: PageWriter, index: number): void {
  const [number] = writer.layOut([text(`${index + 1}.`, { color: MUTED })], indented(0, 22));
  if (number) writer.drawLine(number, indented(0, 22), writer.y);
}

/** The questions with room to think, then the answers. */
function drawQuestions({ writer, tagged }: BlockDrawer, items: readonly QuestionItem[]): void {
  const column = indented(22);
  for (const [index, { question, options }] of items.entries()) {
    const asked = writer.layOut([text(question, { style: 'bold' })], column);
    const inner = { x: column.x + 18, width: column.width - 18 };
    const choices = options.map((option) => writer.layOut([text(option)], inner));
    const height = writer.heightOf(asked) + choices.reduce((sum, lines) => sum + writer.heightOf(lines) + 1, 0);
    writer.ensure(Math.min(300, height));
    tagged('P', () => {
      drawNumber(writer, index);
      writer.draw(asked, column);
      for (const [choice, lines] of choices.entries()) {
        writer.space(1);
        writer.ensure(writer.heightOf(lines.slice(0, 2)));
        const [letter] = writer.layOut([text(`${letterOf(choice)}.`, { color: MUTED })], column);
        if (letter) writer.drawLine(letter, column, writer.y);
        writer.draw(lines, inner);
      }
    });
    writer.space(ITEM_GAP + 4);
  }
  if (items.length === 0) return;
  writer.ensure(60);
  writer.space(6);
  tagged('P', () => writer.write([text('Answers', { style: 'bold', color: MUTED })]));
  writer.space(2);
  for (const [index, { answer, options, places }] of items.entries()) {
    const letter = options.indexOf(answer);
    const shown = letter >= 0 ? `${letterOf(letter)}. ${answer}` : answer;
    const lines = writer.layOut([text(shown), ...placeSpans(places)], column);
    writer.ensure(writer.heightOf(lines.slice(0, 2)));
    tagged('P', () => {
      drawNumber(writer, index);
      writer.draw(lines, column);
    });
    writer.space(2);
  }
}

function letterOf(index: number): string {
  return String.fromCharCode(65 + (index % 26));
}

function drawSpeech({ writer, tagged }: BlockDrawer, block: Extract<GuideBlock, { kind: 'speech' }>): void {
  const column = indented(TIME_WIDTH + 8);
  const speaker = block.speaker === null ? [] : [text(`${block.speaker}: `, { style: 'bold' })];
  const lines = writer.layOut([...speaker, text(block.text)], column);
  writer.ensure(writer.heightOf(lines.slice(0, 2)));
  writer.anchor(block.anchor);
  tagged('P', () => {
    // It stands where its words are: only the web app is a further place to go.
    const time = writer.layOut([placeSpan({ ...block.place, anchor: null })], indented(0, TIME_WIDTH));
    time.forEach((line, index) => writer.drawLine(line, indented(0, TIME_WIDTH), writer.y + 1.5 + index * PLACE_SIZE * 1.5));
    writer.draw(lines, column);
  });
  writer.space(ITEM_GAP + 2);
}
