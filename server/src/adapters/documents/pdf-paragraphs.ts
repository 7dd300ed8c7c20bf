import type { PdfLine } from './pdf-lines.ts';

export interface PdfParagraph {
  readonly text: string;
  /** Of its letters, in points. */
  readonly size: number;
}

/** All words of a document in lower case; tells which hyphens at line ends belong to their word. */
export function wordsOf(lines: readonly PdfLine[]): Set<string> {
  const words = new Set<string>();
  for (const { text } of lines)
    for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu)) words.add(word);
  return words;
}

/** Lines joined to paragraphs, by their distance, indents, sizes, and lines that end early. */
export function paragraphsOf(lines: readonly PdfLine[], words: ReadonlySet<string>): PdfParagraph[] {
  const paragraphs: { text: string; size: number; last: PdfLine }[] = [];
  const shapes = shapesOf(lines);
  for (const line of lines) {
    const open = paragraphs.at(-1);
    if (
      open &&
      !isNumberedHeading(open.text, open.last, shapes.get(line.region)) &&
      continues(open.last, line, shapes.get(line.region))
    ) {
      open.text = joinLines(open.text, line.text, words);
      open.last = line;
    } else paragraphs.push({ text: line.text, size: line.size, last: line });
  }
  return paragraphs.map(({ text, size }) => ({ text, size }));
}

interface Shape {
  readonly left: number;
  readonly right: number;
  /** Usual distance from line to line. */
  readonly leading: number;
}

function shapesOf(lines: readonly PdfLine[]): Map<number, Shape> {
  const regions = new Map<number, PdfLine[]>();
  for (const line of lines) regions.set(line.region, [...(regions.get(line.region) ?? []), line]);
  return new Map(
    [...regions].map(([region, own]) => {
      const steps = own
        .slice(1)
        .map((line, index) => line.baseline - (own[index]?.baseline ?? 0))
        .filter((step) => step > 0);
      return [
        region,
        {
          left: quantile(
            own.map(({ left }) => left),
            0.3,
          ),
          right: quantile(
            own.map(({ right }) => right),
            0.8,
          ),
          leading: quantile(steps, 0.4),
        },
      ];
    }),
  );
}

/** "6.2 Trace Stitching" alone on a line: a heading, though its letters may be no larger than those of the text. */
export const NUMBERED_HEADING = /^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+\p{Lu}[^.!?;]{2,90}$/u;

function isNumberedHeading(text: string, last: PdfLine, shape: Shape | undefined): boolean {
  return shape !== undefined && isEarly(last, shape) && text === last.text && NUMBERED_HEADING.test(text.trim());
}

/** The line leaves room at its end. */
function isEarly(line: PdfLine, { left, right }: Shape): boolean {
  return line.right < right - (right - left) * 0.12;
}

function continues(last: PdfLine, line: PdfLine, shape: Shape | undefined): boolean {
  const sameSize = Math.abs(line.size - last.size) <= Math.max(line.size, last.size) * 0.12;
  if (!sameSize || shape === undefined) return false;
  const ended = /[.!?:;。！？][”"'’)\]]?\s*$/.test(last.text);
  // From the foot of one column to the head of the next.
  if (line.region !== last.region) return !ended && /^\p{Ll}/u.test(line.text.trimStart());
  // Twice the size is text with a free line between lines; more is a gap, however few lines there are to compare with.
  const most = Math.min(Math.max(shape.leading * 1.35, line.size * 1.25) + 0.5, line.size * 2.2);
  if (line.baseline - last.baseline > most) return false;
  if (/^\s*(?:[•▪■◦‣·–]|\(?\d{1,3}[.)]|\[\d{1,3}\])\s/.test(line.text)) return false;
  const indented = line.left > shape.left + line.size * 0.8 && last.left <= shape.left + last.size * 0.5;
  const early = isEarly(last, shape);
  if (ended && isEarly(line, shape) && NUMBERED_HEADING.test(line.text.trim())) return false;
  return !(ended && early) && !(indented && (ended || early));
}

function joinLines(before: string, after: string, words: ReadonlySet<string>): string {
  // Only the end is looked at: paragraphs grow line by line.
  const broken = /([\p{L}\p{M}]{1,60})[-\u2010\u00AD]\s*$/u.exec(before.slice(-64));
  const rest = /^\p{L}[\p{L}\p{M}]*/u.exec(after.trimStart());
  if (!broken || !rest) return `${before} ${after}`;
  const head = broken[1]?.toLowerCase() ?? '';
  // "Trace-" and "Monkey" are one word only where the document writes it so.
  if (!/^\p{Ll}/u.test(rest[0]) && !words.has(head + rest[0].toLowerCase())) return `${before} ${after}`;
  const keep = words.has(`${head}-${rest[0].toLowerCase()}`) && !words.has(head + rest[0].toLowerCase());
  const trimmed = before.trimEnd();
  return (keep ? trimmed : trimmed.slice(0, -1)) + after.trimStart();
}

/** The value below which a share of all lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
