import type { Block } from './page-of-blocks.ts';
import type { PdfLine } from './pdf-lines.ts';

/** Lines further apart than this many times their size belong to two paragraphs. */
const PARAGRAPH_GAP = 1.75;
/** Letters larger than this many times the usual ones make a heading, unless it is long. */
const HEADING_SIZE = 1.17;
const LONGEST_HEADING = 150;
/** A line at the edge that is on so many of the pages is a running head or foot; fewer pages tell nothing. */
const RUNNING_SHARE = 0.6;
const FEWEST_PAGES = 4;
/** How many lines at each edge are looked at. */
const EDGE_LINES = 2;

/** The size of most letters: that of the body. */
export function bodySizeOf(lines: readonly PdfLine[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  return [...letters].reduce((best, next) => (next[1] > best[1] ? next : best), [10, 0])[0];
}

/** Pages without the lines that stand at the same edge of most of them: titles, names, page numbers. */
export function withoutRunningLines(pages: readonly (readonly PdfLine[])[]): readonly (readonly PdfLine[])[] {
  if (pages.length < FEWEST_PAGES) return pages;
  const counts = new Map<string, number>();
  for (const page of pages) for (const key of new Set(edgesOf(page).map(runningKey))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = pages.length * RUNNING_SHARE;
  return pages.map((page) => {
    const running = new Set(edgesOf(page).filter((line) => (counts.get(runningKey(line)) ?? 0) >= most));
    return page.filter((line) => !running.has(line));
  });
}

/** Paragraphs and headings from lines: words that were parted at the end of a line are put together. */
export function blocksOfLines(lines: readonly PdfLine[], bodySize: number): Block[] {
  const blocks: { level: number; text: string }[] = [];
  let last: PdfLine | null = null;
  for (const line of lines) {
    const level = headingLevel(line, bodySize);
    const open = blocks.at(-1);
    if (open && last && open.level === level && belongs(last, line, level)) open.text = join(open.text, line.text);
    else blocks.push({ level, text: line.text });
    last = line;
  }
  return blocks;
}

function headingLevel({ size, text }: PdfLine, bodySize: number): number {
  const ratio = size / bodySize;
  if (ratio < HEADING_SIZE || text.trim().length > LONGEST_HEADING || !/\p{L}{2}/u.test(text)) return 0;
  return ratio > 1.7 ? 1 : ratio > 1.35 ? 2 : 3;
}

function belongs(last: PdfLine, line: PdfLine, level: number): boolean {
  if (Math.abs(last.size - line.size) > 0.15 * last.size) return false;
  const down = last.y - line.y;
  const size = Math.max(last.size, line.size);
  // Up again is the next column, in the midst of a sentence when no full stop came before.
  if (down < -size) return level === 0 && !/[.!?:]["'”’)]?\s*$/.test(last.text);
  return down <= PARAGRAPH_GAP * size;
}

function join(text: string, next: string): string {
  const before = text.trimEnd();
  const after = next.trimStart();
  if (/\p{Ll}[-\u00AD\u2010]$/u.test(before) && /^\p{Ll}/u.test(after)) return before.slice(0, -1) + after;
  return `${before} ${after}`;
}

function edgesOf(page: readonly PdfLine[]): PdfLine[] {
  const byHeight = page.toSorted((a, b) => b.y - a.y);
  return [...new Set([...byHeight.slice(0, EDGE_LINES), ...byHeight.slice(-EDGE_LINES)])];
}

/** Page numbers differ; so does on which side of the page they stand. */
function runningKey({ text, y }: PdfLine): string {
  return `${Math.round(y / 4)} ${text
    .replaceAll(/\d+|\b[ivxlc]+\b/gi, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()}`;
}
