import { getDocumentProxy } from 'unpdf';
import type { ReadDocument } from '../../core/domain/document.ts';
import { cleanText } from './clean-text.ts';
import { DocumentFault, damaged, tooLarge } from './document-fault.ts';
import type { DocumentLimits } from './document-limits.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import { pageOfBlocks, type Block } from './page-of-blocks.ts';
import { inReadingOrder } from './pdf-columns.ts';
import { segmentsOf, type PdfLine, type PdfRun, type PdfSegment } from './pdf-lines.ts';
import { NUMBERED_HEADING, paragraphsOf, wordsOf, type PdfParagraph } from './pdf-paragraphs.ts';
import { withoutRunningLines } from './running-lines.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Letters of a heading are larger than the text by this. */
const HEADING_RATIO = 1.15;
const MOST_HEADING_CHARS = 200;

/** What pdf.js tells of one piece of text (its types are not exported by unpdf). */
interface TextItem {
  readonly str?: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
  readonly fontName: string;
}

/**
 * A PDF file: one page a page under its own number, columns one after another, words that a line end breaks joined, running titles
 * and page numbers left out. Nothing in it is run, followed or drawn.
 *
 * @throws DocumentFault `document_protected`, `document_damaged`, `document_no_text`, `document_too_large`
 */
export async function readPdf(bytes: Uint8Array, limits: Pick<DocumentLimits, 'pages' | 'textChars'>): Promise<ReadDocument> {
  const pdf = await open(bytes);
  if (pdf.numPages > limits.pages) throw tooLarge(`The document has more than ${limits.pages} pages.`);
  const read = await readPages(pdf, limits);
  const placed = withoutRunningLines(read.map(({ segments }) => segments)).map((segments, index) => {
    const page = read[index];
    return page?.upright === false ? page.stream : inReadingOrder(segments);
  });
  const words = wordsOf(placed.flat());
  const paragraphs = placed.map((lines) => paragraphsOf(lines, words));
  const levelOf = headingLevels(paragraphs);
  const labels = await pdf.getPageLabels().catch(() => null);
  const pages = paragraphs.map((own, index) => {
    const blocks: Block[] = own.map((paragraph) => ({ level: levelOf(paragraph), text: paragraph.text }));
    const label = labels?.[index];
    return pageOfBlocks(index + 1, label === String(index + 1) ? null : (label ?? null), blocks);
  });
  // Fonts that do not say what their signs mean give signs that are no letters.
  if (!pages.some(({ text }) => /[\p{L}\p{N}]/u.test(text))) {
    throw new DocumentFault(
      'document_no_text',
      'The pages hold no text that can be read: they are pictures (a scan), or their letters stand for nothing known. Run text recognition (OCR) over it first.',
    );
  }
  return { format: 'pdf', ...(await factsOf(pdf, pages)), pages };
}

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // Copied: pdf.js takes the bytes away from who gives them.
    return await getDocumentProxy(new Uint8Array(bytes), {
      disableFontFace: true,
      useSystemFonts: false,
      enableXfa: false,
      // No picture is needed; this one keeps them from being decoded.
      maxImageSize: 1,
      verbosity: 0,
    });
  } catch (error) {
    if ((error as Error).name === 'PasswordException') {
      throw new DocumentFault('document_protected', 'The document needs a password. Save a copy without one.', { cause: error });
    }
    throw damaged('The PDF file is damaged. Save or download it again.', error);
  }
}

interface PageRead {
  readonly segments: PdfSegment[];
  /** As the file writes it, for pages whose letters run from top to bottom or stand on their side. */
  readonly stream: PdfLine[];
  readonly upright: boolean;
}

async function readPages(pdf: Pdf, limits: Pick<DocumentLimits, 'pages' | 'textChars'>): Promise<PageRead[]> {
  const pages: PageRead[] = [];
  let chars = 0;
  let broken = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    try {
      const page = await pdf.getPage(number);
      const [content, viewport] = [await page.getTextContent(), page.getViewport({ scale: 1 })];
      const items = content.items as unknown as TextItem[]; // see TextItem
      chars += items.reduce((sum, { str }) => sum + (str?.length ?? 0), 0);
      pages.push(pageOf(items, viewport.transform as number[], (font) => content.styles[font]?.vertical === true));
      page.cleanup();
    } catch {
      // One broken page is empty and keeps its number; the others can be read.
      broken++;
      pages.push({ segments: [], stream: [], upright: true });
    }
    if (chars > limits.textChars) throw tooLarge(`The document holds more than ${limits.textChars} characters. Split it.`);
  }
  if (broken === pages.length) throw damaged('No page of the PDF file can be read. Save or download it again.');
  return pages;
}

function pageOf(items: readonly TextItem[], view: readonly number[], isVertical: (font: string) => boolean): PageRead {
  const upright: PdfRun[] = [];
  const aside: PdfRun[] = [];
  for (const item of items) {
    if (item.str === undefined || item.str === '') continue;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = multiply(view, item.transform);
    const size = Math.hypot(c, d) || Math.hypot(a, b) || item.height || 1;
    const isUpright = !isVertical(item.fontName) && a > 0 && Math.abs(b) <= Math.abs(a) * 0.2;
    const run = { text: item.str, left: e, right: e + item.width, baseline: f, size };
    if (isUpright) upright.push(run);
    else aside.push(run);
  }
  const chars = (runs: readonly PdfRun[]): number => runs.reduce((sum, { text }) => sum + text.trim().length, 0);
  const rotated = chars(aside) > chars(upright);
  const stream = rotated ? streamOf(items) : [];
  const segments = segmentsOf(upright);
  // Words at the edge of the page that stand on their side come last.
  const beside =
    chars(aside) === 0
      ? []
      : [
          {
            text: aside.map(({ text }) => text).join(''),
            left: 0,
            right: 1,
            baseline: 1e6,
            size: aside[0]?.size ?? 1,
            index: segments.length,
          },
        ];
  return { segments: [...segments, ...beside], stream, upright: !rotated };
}

function streamOf(items: readonly TextItem[]): PdfLine[] {
  let text = '';
  for (const item of items) text += (item.str ?? '') + (item.hasEOL ? '\n' : '');
  return text.split('\n').map((line, index) => ({ text: line, left: 0, right: 1, baseline: index, size: 1, region: 1 }));
}

function multiply(m: readonly number[], t: readonly number[]): number[] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = m;
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = t;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Sizes above that of most letters are headings, the largest of the first level. */
function headingLevels(pages: readonly (readonly PdfParagraph[])[]): (paragraph: PdfParagraph) => number {
  const chars = new Map<number, number>();
  const rounded = (size: number): number => Math.round(size * 2) / 2;
  for (const { text, size } of pages.flat()) chars.set(rounded(size), (chars.get(rounded(size)) ?? 0) + text.length);
  const body = [...chars].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0];
  const isHeading = ({ text, size }: PdfParagraph): boolean =>
    rounded(size) >= body * HEADING_RATIO && text.length <= MOST_HEADING_CHARS && (text.match(/\p{L}/gu)?.length ?? 0) >= 3;
  const sizes = [
    ...new Set(
      pages
        .flat()
        .filter(isHeading)
        .map(({ size }) => rounded(size)),
    ),
  ].sort((a, b) => b - a);
  // "6.2" stands one level below "6", which is written larger.
  const numbered = ({ text, size }: PdfParagraph): number =>
    NUMBERED_HEADING.test(text) && rounded(size) >= body
      ? sizes.length + (/^[\d.]+/.exec(text)?.[0].match(/\d+/g)?.length ?? 2) - 1
      : 0;
  return (paragraph) => Math.min(6, isHeading(paragraph) ? sizes.indexOf(rounded(paragraph.size)) + 1 : numbered(paragraph));
}

/** Names that programs write where people wrote none. */
const NO_TITLE =
  /^(?:untitled.*|microsoft (?:word|powerpoint) - .*|slide 1|document\d*|.*\.(?:docx?|pptx?|pdf|tex|dvi|indd|qxd|rtf|odt))$/i;

async function factsOf(
  pdf: Pdf,
  pages: ReadDocument['pages'],
): Promise<Pick<ReadDocument, 'title' | 'author' | 'publishedAt' | 'language'>> {
  // A damaged part of the file that only holds these is no reason to give up.
  const metadata = await pdf.getMetadata().catch(() => null);
  const info: Record<string, unknown> = { ...metadata?.info };
  const value = (key: string): string | null => (typeof info[key] === 'string' ? info[key] : null);
  const title = shownValue(value('Title'));
  const first = pages[0]?.headings.toSorted((a, b) => a.level - b.level)[0]?.title ?? null;
  return {
    title: title === null || NO_TITLE.test(title) ? first && cleanText(first) : title,
    author: shownValue(value('Author')),
    publishedAt: isoDate(value('CreationDate')),
    language: languageOf(value('Language')),
  };
}
