import { rowsOf, type PdfSegment } from './pdf-lines.ts';

/** Fewer pages do not tell a running title from a repetition. */
const LEAST_PAGES = 4;
/** So many rows at the head and at the foot of a page may be such. */
const ROWS = 2;
/** The head and the foot are this share of what is printed on. */
const EDGE_SHARE = 0.12;
/** Words at the side of a page are put after all others (`read-pdf.ts`); they are no foot. */
const LOWEST_BASELINE = 100_000;

/**
 * The pages without the lines that stand at the head or foot of at least half of them, in the same place and with the same words
 * whatever the numbers: running titles and page numbers. A page that would be left empty keeps its lines.
 */
export function withoutRunningLines(pages: readonly (readonly PdfSegment[])[]): (readonly PdfSegment[])[] {
  if (pages.length < LEAST_PAGES) return [...pages];
  const counts = new Map<string, number>();
  const baselines = pages.flatMap((page) =>
    page.map(({ baseline }) => baseline).filter((baseline) => baseline < LOWEST_BASELINE),
  );
  const top = baselines.reduce((least, next) => Math.min(least, next), Infinity);
  const bottom = baselines.reduce((most, next) => Math.max(most, next), 0);
  const edge = (bottom - top) * EDGE_SHARE;
  const edges = pages.map((page) => {
    const rows = rowsOf(page.filter(({ baseline }) => baseline < LOWEST_BASELINE));
    const outer = [...new Set([...rows.slice(0, ROWS), ...rows.slice(-ROWS)])];
    return outer.filter(([first]) => first !== undefined && (first.baseline < top + edge || first.baseline > bottom - edge));
  });
  for (const rows of edges) for (const key of new Set(rows.map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return pages.map((page, index) => {
    // Left and right pages of a book have titles of their own.
    const running = (edges[index] ?? []).filter((row) => (counts.get(keyOf(row)) ?? 0) >= Math.max(3, pages.length * 0.4));
    const dropped = new Set(running.flat());
    const kept = page.filter((segment) => !dropped.has(segment));
    return kept.length === 0 ? page : kept;
  });
}

/** Words without numbers, and the height on the page to some 20 points. */
function keyOf(row: readonly PdfSegment[]): string {
  const words = row
    .map(({ text }) => text.trim())
    .sort()
    .join(' ')
    .toLowerCase()
    .replace(/\d+/g, '#')
    .replace(/^[ivxlc]+$/, '#');
  return `${Math.round((row[0]?.baseline ?? 0) / 20)} ${words}`;
}
