import { isRightToLeft, lineOf, rowsOf, type PdfLine, type PdfSegment } from './pdf-lines.ts';

/** A column has at least so many lines, and so many letters. */
const LEAST_ROWS = 3;
const LEAST_CHARS = 60;
/** Columns within columns are not met; tables are. */
const MOST_SPLITS = 24;

interface Gutter {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Lines in the order they are read: where a stretch of the page has an empty gutter from top to bottom with running text on both
 * sides, the one side is read before the other; everything else from the top, line by line, tables row by row.
 */
export function inReadingOrder(segments: readonly PdfSegment[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let region = 0;
  let splits = 0;
  const rightToLeft = isRightToLeft(segments.map(({ text }) => text).join(''));
  const read = (part: readonly PdfSegment[]): void => {
    const rows = rowsOf(part);
    const gutter = splits < MOST_SPLITS ? findGutter(rows) : null;
    if (gutter === null) {
      region++;
      for (const row of rows) lines.push(lineOf(row, region));
      return;
    }
    splits++;
    const middle = rows.slice(gutter.from, gutter.to).flat();
    const sides = [middle.filter(({ left }) => left < gutter.x), middle.filter(({ left }) => left >= gutter.x)];
    if (gutter.from > 0) read(rows.slice(0, gutter.from).flat());
    for (const side of rightToLeft ? sides.reverse() : sides) read(side);
    if (gutter.to < rows.length) read(rows.slice(gutter.to).flat());
  };
  read(segments);
  return lines;
}

/** The gutter with most text on its poorer side. */
function findGutter(rows: readonly PdfSegment[][]): Gutter | null {
  const all = rows.flat();
  if (all.length < 2 * LEAST_ROWS) return null;
  const left = Math.min(...all.map((segment) => segment.left));
  const right = Math.max(...all.map((segment) => segment.right));
  const step = Math.max(2, (right - left) / 200);
  let best: { gutters: Gutter[]; weight: number } = { gutters: [], weight: 0 };
  for (let x = left + (right - left) * 0.12; x < left + (right - left) * 0.88; x += step) {
    for (const { from, to } of openStretches(rows, x)) {
      const weight = weigh(rows.slice(from, to).flat(), x);
      if (weight > best.weight) best = { gutters: [{ x, from, to }], weight };
      else if (weight === best.weight && weight > 0) best.gutters.push({ x, from, to });
    }
  }
  // The middle of the gutter.
  return best.gutters[Math.floor(best.gutters.length / 2)] ?? null;
}

/** Stretches of rows in which nothing lies across `x`. */
function openStretches(rows: readonly PdfSegment[][], x: number): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  let from = 0;
  for (let index = 0; index <= rows.length; index++) {
    const row = rows[index];
    if (row && !row.some((segment) => segment.left < x + 1 && segment.right > x - 1)) continue;
    if (index - from >= LEAST_ROWS) stretches.push(trimmed(rows, x, from, index));
    from = index + 1;
  }
  return stretches.filter((stretch) => stretch.to - stretch.from >= LEAST_ROWS);
}

/** Rows at the ends that have text on one side only are above or below the columns when the other side has not begun. */
function trimmed(rows: readonly PdfSegment[][], x: number, from: number, to: number): { from: number; to: number } {
  const middle = rows.slice(from, to);
  const sideOf = (row: readonly PdfSegment[]): number =>
    (row.some(({ left }) => left < x) ? 1 : 0) + (row.some(({ left }) => left >= x) ? 2 : 0);
  const heading = middle.findIndex((row) => (sideOf(row) & 2) !== 0);
  const heads = middle.slice(0, Math.max(0, heading));
  // A title that is short enough to end before the gutter is set larger than the text below.
  const body = middle[heading]?.[0]?.size ?? 0;
  const above = heads.findLastIndex((row) => row.every(({ size }) => size > body * 1.2));
  return { from: from + above + 1, to };
}

/** Letters of the poorer side; 0 where the sides are not columns of running text. */
function weigh(segments: readonly PdfSegment[], x: number): number {
  const sides = [segments.filter(({ left }) => left < x), segments.filter(({ left }) => left >= x)];
  const chars = sides.map((side) => side.reduce((sum, { text }) => sum + text.length, 0));
  const weight = Math.min(...chars);
  if (weight < LEAST_CHARS || sides.some((side) => side.length < LEAST_ROWS)) return 0;
  return sides.every(isRunningText) || isWrittenInColumns(segments, x) ? weight : 0;
}

/** Lines of text fill their column, most of them; cells of a table do not. */
function isRunningText(side: readonly PdfSegment[]): boolean {
  const width = Math.max(...side.map(({ right }) => right)) - Math.min(...side.map(({ left }) => left));
  const filled = side.reduce((sum, { left, right }) => sum + (right - left), 0) / side.length;
  const chars = side.reduce((sum, { text }) => sum + text.length, 0) / side.length;
  return filled > width * 0.55 && chars >= 14;
}

/** The file writes one side whole before the other. */
function isWrittenInColumns(segments: readonly PdfSegment[], x: number): boolean {
  const sides = [...segments].sort((a, b) => a.index - b.index).map(({ left }) => left < x);
  let changes = 0;
  for (let index = 1; index < sides.length; index++) if (sides[index] !== sides[index - 1]) changes++;
  return changes <= 1;
}
