import type { BlockDrawer } from './draw-blocks.ts';
import { INK, MUTED, PAGE, TEXT_WIDTH, type Column, type PageWriter } from './page-writer.ts';
import type { Line, Span } from './text-lines.ts';

export interface ContentsEntry {
  readonly title: string;
  readonly anchor: string;
  /** 1 for sections, 2 for what is in them. */
  readonly level: number;
}

/** Where an entry will stand. */
interface PlacedEntry extends ContentsEntry {
  readonly line: Line;
  readonly column: Column;
  readonly page: number;
  readonly top: number;
}

const NUMBER_WIDTH = 34;

/** Keeps the room that the table of contents takes: its page numbers are known when all else has been drawn. */
export function reserveContents(writer: PageWriter, entries: readonly ContentsEntry[]): readonly PlacedEntry[] {
  return entries.flatMap((entry) => {
    const indent = entry.level === 1 ? 0 : 16;
    const column = { x: PAGE.left + indent, width: TEXT_WIDTH - indent - NUMBER_WIDTH };
    const line = firstLine(writer, entry, column);
    if (!line) return [];
    const before = entry.level === 1 ? 4 : 0;
    writer.ensure(before + writer.heightOf([line]));
    writer.space(before);
    const placed = { ...entry, line, column, page: writer.page, top: writer.y };
    writer.space(writer.heightOf([line]));
    return [placed];
  });
}

/** Titles too long for a line end in an ellipsis. */
function firstLine(writer: PageWriter, { title, level }: ContentsEntry, column: Column): Line | undefined {
  const span: Span = { text: title, style: level === 1 ? 'bold' : 'regular', size: 10, color: INK };
  const [line, ...more] = writer.layOut([span], column);
  if (more.length === 0) return line;
  for (let length = title.length - 1; length > 0; length -= Math.ceil(length / 20)) {
    const lines = writer.layOut([{ ...span, text: `${[...title].slice(0, length).join('').trimEnd()}…` }], column);
    if (lines.length === 1) return lines[0];
  }
  return line;
}

/** Draws the entries with dots and page numbers, each a link to its section. */
export function drawContents(
  writer: PageWriter,
  entries: readonly PlacedEntry[],
  pages: ReadonlyMap<string, number>,
  tagged: BlockDrawer['tagged'],
): void {
  const last = writer.page;
  for (const { line, column, page, top, anchor, title } of entries) {
    writer.document.switchToPage(page);
    tagged('TOCI', () => {
      writer.drawLine(line, column, top);
      const number: Span = { text: String((pages.get(anchor) ?? 0) + 1), style: 'regular', size: 10, color: MUTED };
      const [shown] = writer.layOut([number], column);
      const right = PAGE.left + TEXT_WIDTH;
      if (shown) writer.drawLine(shown, { x: right - shown.width, width: shown.width }, top);
      drawDots(writer, { from: column.x + line.width + 6, to: right - (shown?.width ?? 0) - 6, top, isMirrored: line.fromRight });
      writer.linkTo({ url: null, anchor, label: title }, PAGE.left, top, TEXT_WIDTH, writer.heightOf([line]));
    });
  }
  writer.document.switchToPage(last);
}

function drawDots(
  writer: PageWriter,
  { from, to, top, isMirrored }: { from: number; to: number; top: number; isMirrored: boolean },
): void {
  if (to - from < 12 || isMirrored) return;
  const y = top + 11.6;
  writer.document.save().lineWidth(0.7).strokeColor('#b3bac5').lineCap('round').dash(0.1, { space: 4 });
  writer.document.moveTo(from, y).lineTo(to, y).stroke().undash().restore();
}
