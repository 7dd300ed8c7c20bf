/** A piece of text as a PDF file places it. Points, measured from the left and from the top of the page as it is shown. */
export interface PdfRun {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Of the line it stands on. */
  readonly baseline: number;
  readonly size: number;
}

/** Runs that follow each other on a line. */
export interface PdfSegment extends PdfRun {
  /** Its place in the file: programs mostly write in the order that is read. */
  readonly index: number;
}

/** A line of a column. */
export interface PdfLine extends PdfRun {
  /** Lines of one stretch of text share it; the next column or the text below has another. */
  readonly region: number;
}

/** Runs nearer than this many sizes belong to the same stretch; columns and cells lie farther apart. */
const JOINED_GAP = 1.0;
/** A gap of this many sizes is a space that the file did not write. */
const SPACE_GAP = 0.18;

/** TeX's older fonts set an accent beside its letter: na¨ıve, Erd˝os. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u00A8': '\u0308',
  '\u00B4': '\u0301',
  '\u02C6': '\u0302',
  '\u02DC': '\u0303',
  '\u02DD': '\u030B',
};

/** Text whose accents stand on their letters. */
export function withAccents(text: string): string {
  return text.replace(/([\u00A8\u00B4\u02C6\u02DC\u02DD]) ?([a-z\u0131])/gi, (_, accent: string, letter: string) =>
    ((letter === '\u0131' ? 'i' : letter) + (ACCENTS[accent] ?? '')).normalize('NFC'),
  );
}

/** Joins runs that continue each other; a run further off begins a segment of its own. */
export function segmentsOf(runs: readonly PdfRun[]): PdfSegment[] {
  const segments: PdfSegment[] = [];
  let pendingSpace = false;
  for (const run of runs) {
    if (run.text.trim() === '') {
      pendingSpace ||= run.text !== '';
      continue;
    }
    const last = segments.at(-1);
    const size = Math.max(run.size, last?.size ?? 0);
    const gap = last ? Math.max(run.left - last.right, last.left - run.right) : 0;
    const sameLine =
      last !== undefined && Math.abs(run.baseline - last.baseline) < size * 0.45 && gap < size * JOINED_GAP && gap > -size * 0.6;
    if (!last || !sameLine) segments.push({ ...run, index: segments.length });
    else {
      const space = (pendingSpace || gap > size * SPACE_GAP) && !/\s$/.test(last.text) && !/^\s/.test(run.text) ? ' ' : '';
      segments[segments.length - 1] = {
        ...last,
        text: last.text + space + run.text,
        left: Math.min(last.left, run.left),
        right: Math.max(last.right, run.right),
        // A footnote's number stands above the line and is smaller; the words say where the line is.
        baseline: run.size > last.size ? run.baseline : last.baseline,
        size,
      };
    }
    pendingSpace = false;
  }
  return segments;
}

/** Segments side by side, from the top of the page to its end. */
export function rowsOf(segments: readonly PdfSegment[]): PdfSegment[][] {
  const rows: PdfSegment[][] = [];
  for (const segment of [...segments].sort((a, b) => a.baseline - b.baseline || a.left - b.left)) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && segment.baseline - first.baseline < Math.min(segment.size, first.size) * 0.5) row.push(segment);
    else rows.push([segment]);
  }
  return rows;
}

/** The segments of a row as one line, in the direction its letters are read. */
export function lineOf(row: readonly PdfSegment[], region: number): PdfLine {
  const rightToLeft = isRightToLeft(row.map(({ text }) => text).join(''));
  const parts = [...row].sort((a, b) => (rightToLeft ? b.left - a.left : a.left - b.left));
  return {
    text: withAccents(parts.map(({ text }) => text).join(' ')),
    left: Math.min(...row.map(({ left }) => left)),
    right: Math.max(...row.map(({ right }) => right)),
    baseline: Math.max(...row.map(({ baseline }) => baseline)),
    size: Math.max(...row.map(({ size }) => size)),
    region,
  };
}

export function isRightToLeft(text: string): boolean {
  const strong = text.match(/[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/gu)?.length ?? 0;
  return strong > (text.match(/\p{Script=Latin}/gu)?.length ?? 0);
}
