import bidiFactory from 'bidi-js';
import type { Place } from '../../core/domain/study-guide.ts';
import type { FontSet, FontStyle } from './fonts.ts';

/** A stretch of text that looks alike. */
export interface Span {
  readonly text: string;
  readonly style: FontStyle;
  /** In points. */
  readonly size: number;
  readonly color: string;
  readonly place?: Place;
}

/** Something to draw in one go, in one font and direction. */
export interface Piece {
  readonly text: string;
  readonly font: string;
  readonly span: Span;
  readonly width: number;
  /** Of the bidirectional algorithm: odd runs from right to left. */
  readonly level: number;
}

/** `pieces` from left to right, as they are seen. */
export interface Line {
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** The paragraph begins at the right. */
  readonly fromRight: boolean;
}

// CommonJS whose types say that it is a module: what Node gives is the factory itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const words = new Intl.Segmenter('und', { granularity: 'word' });
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Nothing of this begins a line. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}\p{M}ー々]/u;

/** Cuts a paragraph into lines no wider than `width` points, each in the order in which it is seen. */
export function layOutText(spans: readonly Span[], width: number, fonts: FontSet): Line[] {
  const text = spans.map((span) => span.text).join('');
  const isMixed = RIGHT_TO_LEFT.test(text);
  const embedding = isMixed ? bidi.getEmbeddingLevels(text) : null;
  const fromRight = ((embedding?.paragraphs[0]?.level ?? 0) & 1) === 1;
  const spanAt = spans.flatMap((span) => Array.from({ length: span.text.length }, () => span));
  const levelAt = (index: number): number => embedding?.levels[index] ?? 0;

  const piecesOf = (start: number, end: number): Piece[] => {
    const pieces: Piece[] = [];
    for (let at = start; at < end;) {
      const [span, level] = [spanAt[at], levelAt(at)];
      let to = at + 1;
      while (to < end && spanAt[to] === span && levelAt(to) === level) to += 1;
      if (span) {
        for (const { font, text: part } of fonts.runs(text.slice(at, to), span.style)) {
          pieces.push({ text: seen(part, level), font, span, level, width: fonts.width(font, part, span.size) });
        }
      }
      at = to;
    }
    return pieces;
  };
  return fill(unitsOf(text), piecesOf, width).map((pieces) => ({
    pieces: isMixed ? reorder(pieces) : pieces,
    width: widthOf(pieces),
    fromRight,
  }));
}

type Unit = readonly [start: number, end: number];

/** What is never cut, and the spaces between, in order. */
function unitsOf(text: string): { unit: Unit; isSpace: boolean }[] {
  return [...text.matchAll(/[ \t\n]+|[^ \t\n]+/g)].flatMap(({ 0: token, index }) => {
    const isSpace = /^[ \t\n]/.test(token);
    if (isSpace || !UNSPACED.test(token)) return [{ unit: [index, index + token.length] as const, isSpace }];
    const units: { unit: Unit; isSpace: boolean }[] = [];
    for (const { segment, index: at } of words.segment(token)) {
      const last = units.at(-1);
      const end = index + at + segment.length;
      if (last && CLOSING.test(segment)) units[units.length - 1] = { unit: [last.unit[0], end], isSpace };
      else units.push({ unit: [index + at, end], isSpace });
    }
    return units;
  });
}

/** Puts as many units on a line as fit; one that is wider than a line is cut between characters. */
function fill(units: ReturnType<typeof unitsOf>, piecesOf: (start: number, end: number) => Piece[], width: number): Piece[][] {
  const lines: Piece[][] = [];
  let line: Piece[] = [];
  let used = 0;
  let space: Piece[] = [];
  const close = (): void => {
    if (line.length > 0) lines.push(line);
    [line, used, space] = [[], 0, []];
  };
  for (const { unit, isSpace } of units) {
    const pieces = piecesOf(...unit);
    const wide = widthOf(pieces);
    if (isSpace) {
      if (line.length > 0) space = pieces;
      continue;
    }
    if (line.length > 0 && used + widthOf(space) + wide > width) close();
    if (wide > width) {
      for (const part of pieces.flatMap((piece) => cut(piece, width))) {
        if (line.length > 0 && used + part.width > width) close();
        line.push(part);
        used += part.width;
      }
      continue;
    }
    line.push(...space, ...pieces);
    used += widthOf(space) + wide;
    space = [];
  }
  close();
  return lines;
}

function cut(piece: Piece, width: number): Piece[] {
  const parts = [...graphemes.segment(piece.text)].map(({ segment }) => segment);
  const perCharacter = piece.width / Math.max(1, parts.length);
  const fitting = Math.max(1, Math.floor(width / perCharacter / 1.3));
  const pieces: Piece[] = [];
  for (let at = 0; at < parts.length; at += fitting) {
    const some = parts.slice(at, at + fitting);
    pieces.push({ ...piece, text: some.join(''), width: perCharacter * some.length });
  }
  return pieces;
}

/** Rule L2 of the bidirectional algorithm (UAX 9), on pieces. */
function reorder(pieces: readonly Piece[]): Piece[] {
  const ordered = [...pieces];
  const levels = ordered.map(({ level }) => level);
  const most = Math.max(0, ...levels);
  for (let level = most; level >= 1; level -= 1) {
    for (let from = 0; from < ordered.length; from += 1) {
      if ((ordered[from]?.level ?? 0) < level) continue;
      let to = from;
      while (to + 1 < ordered.length && (ordered[to + 1]?.level ?? 0) >= level) to += 1;
      ordered.splice(from, to - from + 1, ...ordered.slice(from, to + 1).reverse());
      from = to;
    }
  }
  return ordered;
}

/** Letters of right-to-left scripts are turned round by the font's shaper; brackets and other signs are here. */
function seen(text: string, level: number): string {
  if ((level & 1) === 0 || RIGHT_TO_LEFT.test(text)) return text;
  const characters = [...graphemes.segment(text)].map(({ segment }) => segment);
  return characters
    .map((character) => bidi.getMirroredCharacter(character) ?? character)
    .reverse()
    .join('');
}

function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.width, 0);
}
