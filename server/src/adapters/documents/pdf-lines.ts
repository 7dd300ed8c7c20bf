/** A line of a page as it was set. Lengths are points, `y` counts from the bottom of the page. */
export interface PdfLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Of the letters. */
  readonly size: number;
}

/** Two pieces are on one line when their bases differ by less than this share of their size. */
const SAME_LINE = 0.4;
/** A gap of this share of the size is a space, though none was written. */
const SPACE = 0.18;

interface Piece {
  readonly str: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size: number;
  readonly hasEOL: boolean;
}

/** Puts the pieces of text that a PDF is made of together to lines, in the order they were written in. */
export function linesOf(items: readonly unknown[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: { parts: string; x: number; y: number; end: number; size: number } | null = null;
  const close = (): void => {
    if (open && open.parts.trim() !== '') lines.push({ text: open.parts, x: open.x, y: open.y, size: open.size });
    open = null;
  };
  for (const piece of items.flatMap(pieceOf)) {
    if (open && piece.str !== '' && !continues(open, piece)) close();
    if (open) {
      const gap: number = piece.x - open.end;
      const spaced: boolean = gap > SPACE * Math.max(open.size, piece.size) && !/\s$/.test(open.parts) && !/^\s/.test(piece.str);
      open.parts += (spaced ? ' ' : '') + piece.str;
      if (piece.str.trim() !== '') {
        open.end = piece.x + piece.width;
        open.size = Math.max(open.size, piece.size);
      }
    } else if (piece.str.trim() !== '') {
      open = { parts: piece.str, x: piece.x, y: piece.y, end: piece.x + piece.width, size: piece.size };
    }
    if (piece.hasEOL) close();
  }
  close();
  return lines;
}

function continues(line: { y: number; end: number; size: number }, piece: Piece): boolean {
  const size = Math.max(line.size, piece.size);
  return Math.abs(line.y - piece.y) <= SAME_LINE * size && piece.x >= line.end - size && piece.x - line.end < 6 * size;
}

/** Marks and pieces of another shape are left out. */
function pieceOf(item: unknown): Piece[] {
  if (typeof item !== 'object' || item === null || !('str' in item) || typeof item.str !== 'string') return [];
  const { transform, width, height, hasEOL } = item as {
    transform?: unknown;
    width?: unknown;
    height?: unknown;
    hasEOL?: unknown;
  };
  const numbers = Array.isArray(transform) ? transform.map(Number) : [];
  const [a = 0, b = 0, , , x = 0, y = 0] = numbers;
  const size = typeof height === 'number' && height > 0 ? height : Math.hypot(a, b) || 10;
  return [{ str: item.str, x, y, width: typeof width === 'number' ? width : 0, size, hasEOL: hasEOL === true }];
}
