import type { Place } from '../../core/domain/study-guide.ts';
import { FontSet } from './fonts.ts';
import { layOutText, type Line, type Piece, type Span } from './text-lines.ts';

/** A4 in points, as all measures here. */
export const PAGE = { width: 595.28, height: 841.89, left: 68, right: 68, top: 64, bottom: 76 } as const;
export const TEXT_WIDTH = PAGE.width - PAGE.left - PAGE.right;
export const INK = '#1c2128';
export const MUTED = '#667080';
export const ACCENT = '#1d5fb4';
export const HAIRLINE = '#d5dae1';

/** Of the size; titles are set tighter. */
const LINE_HEIGHT = 1.5;
const TITLE_LINE_HEIGHT = 1.25;
const TITLE_SIZE = 16;
/** Of the line, from its top to the baseline. */
const BASELINE = 1.06;

/** Where text goes. */
export interface Column {
  /** From the left edge of the page. */
  readonly x: number;
  readonly width: number;
}

export const WHOLE: Column = { x: PAGE.left, width: TEXT_WIDTH };

/** Writes down the page and goes on at the next. */
export class PageWriter {
  readonly document: PDFKit.PDFDocument;
  readonly fonts: FontSet;
  y: number = PAGE.top;

  constructor(document: PDFKit.PDFDocument) {
    this.document = document;
    this.fonts = new FontSet(document);
  }

  /** Begins a page unless `height` is left on this one. */
  ensure(height: number): void {
    if (this.y + height <= PAGE.height - PAGE.bottom) return;
    this.document.continueOnNewPage();
    this.y = PAGE.top;
  }

  space(height: number): void {
    this.y += height;
  }

  layOut(spans: readonly Span[], column: Column): Line[] {
    return layOutText(spans, column.width, this.fonts);
  }

  heightOf(lines: readonly Line[]): number {
    return lines.reduce((sum, line) => sum + lineHeight(line), 0);
  }

  /** Draws lines one below the other; never leaves one line alone at the end of a page. */
  draw(lines: readonly Line[], column: Column): void {
    for (const [index, line] of lines.entries()) {
      const isPairStart = index === 0 || index === lines.length - 2;
      const wanted = isPairStart ? this.heightOf(lines.slice(index, index + 2)) : lineHeight(line);
      this.ensure(wanted);
      this.drawLine(line, column, this.y);
      this.y += lineHeight(line);
    }
  }

  write(spans: readonly Span[], column: Column = WHOLE): void {
    this.draw(this.layOut(spans, column), column);
  }

  /** Draws a line with its top at `top` without going on. */
  drawLine(line: Line, column: Column, top: number): void {
    let x = line.fromRight ? column.x + column.width - line.width : column.x;
    const size = sizeOf(line);
    const baseline = top + size * (BASELINE + (leading(size) - 1) / 4);
    for (const group of grouped(line.pieces)) {
      const [first] = group;
      if (!first) continue;
      const width = group.reduce((sum, piece) => sum + piece.width, 0);
      const { span } = first;
      this.document.font(first.font).fontSize(span.size).fillColor(span.color);
      const text = group.map((piece) => piece.text).join('');
      this.document.text(text, x, baseline, { lineBreak: false, baseline: 'alphabetic' });
      if (span.place) this.linkTo(span.place, x, top, width, lineHeight(line));
      x += width;
    }
  }

  /** Makes an area lead to a place: in the web app, else in this document. */
  linkTo(
    { url, anchor, label }: Pick<Place, 'url' | 'anchor' | 'label'>,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const Contents = new String(label) as string; // pdfkit writes a String object as a PDF string, a plain one as a name
    if (url !== null) this.document.link(x, y, width, height, url, { Contents });
    else if (anchor !== null) this.document.goTo(x, y, width, height, anchor, { Contents });
  }

  /** Names this height of this page. */
  anchor(name: string): void {
    this.document.addNamedDestination(name, 'XYZ', 0, this.y - 8, null);
  }

  /** A thin line across the column. */
  rule(column: Column = WHOLE): void {
    this.document.save().lineWidth(0.6).strokeColor(HAIRLINE);
    this.document
      .moveTo(column.x, this.y)
      .lineTo(column.x + column.width, this.y)
      .stroke()
      .restore();
  }

  get page(): number {
    return this.document.bufferedPageRange().count - 1;
  }
}

function leading(size: number): number {
  return size >= TITLE_SIZE ? TITLE_LINE_HEIGHT : LINE_HEIGHT;
}

function sizeOf(line: Line): number {
  return Math.max(1, ...line.pieces.map(({ span }) => span.size));
}

function lineHeight(line: Line): number {
  return sizeOf(line) * leading(sizeOf(line));
}

/** Neighbours that look alike are drawn in one go, so that words can be found and copied with the spaces between them. */
function grouped(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isAlike = last && last.font === piece.font && last.span === piece.span && last.level === piece.level;
    if (group && isAlike && (piece.level & 1) === 0) group.push(piece);
    else groups.push([piece]);
  }
  return groups;
}
