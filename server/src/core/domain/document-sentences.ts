import type { DocumentPage, DocumentText } from './document.ts';
import type { Passage } from './passage.ts';

/** A piece of a page: `text` is what stands in `startChar` (included) to `endChar` (excluded). */
export interface CharSpan {
  readonly startChar: number;
  readonly endChar: number;
}

/** Letters that a sentence does not end after, though a full stop stands there. */
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|fig|figs|eq|eqs|no|nos|vol|pp|p|dr|mr|mrs|ms|prof|st|al|approx|resp|z\.b|d\.h|bzw|[A-Z])\.\s*$/i;

const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?$/i;

/**
 * The sentences of a page in order, without the white space around them. Headings and paragraphs end a sentence, whatever
 * their punctuation; common abbreviations and initials do not.
 */
export function sentenceSpans(page: Pick<DocumentPage, 'text'>, language: string | null): CharSpan[] {
  // What a document says of its language may be anything.
  const locale = language !== null && LANGUAGE_TAG.test(language) ? language : undefined;
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  const spans: CharSpan[] = [];
  for (const paragraph of paragraphsOf(page.text)) {
    let open: CharSpan | null = null;
    const text = page.text.slice(paragraph.startChar, paragraph.endChar);
    for (const { segment, index } of segmenter.segment(text)) {
      const startChar: number = open?.startChar ?? paragraph.startChar + index;
      open = { startChar, endChar: paragraph.startChar + index + segment.length };
      if (ABBREVIATION.test(segment)) continue;
      spans.push(open);
      open = null;
    }
    if (open) spans.push(open);
  }
  return spans.map((span) => trimmed(page.text, span)).filter((span) => span.endChar > span.startChar);
}

/** The sentences of a document as passages, or those that lie (even in part) in a range of one page. */
export function documentSentences(
  document: Pick<DocumentText, 'lectureId' | 'sourceId' | 'version' | 'language' | 'pages'>,
  within?: { readonly page: number; readonly startChar: number; readonly endChar: number },
): Passage[] {
  const pages = within ? document.pages.filter(({ number }) => number === within.page) : document.pages;
  return pages.flatMap((page) =>
    sentenceSpans(page, document.language)
      .map((span) => (within ? cut(span, within) : span))
      .filter(({ startChar, endChar }) => startChar < endChar)
      .map((span) => passageAt(document, page, span)),
  );
}

/** What stands at a place of a document, as a passage. */
export function passageAt(
  document: Pick<DocumentText, 'lectureId' | 'sourceId' | 'version'>,
  page: Pick<DocumentPage, 'number' | 'text'>,
  { startChar, endChar }: CharSpan,
): Passage {
  return {
    lectureId: document.lectureId,
    sourceId: document.sourceId,
    kind: 'document',
    textVersion: document.version,
    text: page.text.slice(startChar, endChar),
    startMs: null,
    endMs: null,
    firstWord: null,
    lastWord: null,
    page: page.number,
    startChar,
    endChar,
  };
}

function paragraphsOf(text: string): CharSpan[] {
  const spans: CharSpan[] = [];
  let startChar = 0;
  for (const { index, 0: gap } of text.matchAll(/\n\s*\n/g)) {
    spans.push({ startChar, endChar: index });
    startChar = index + gap.length;
  }
  return [...spans, { startChar, endChar: text.length }];
}

function trimmed(text: string, { startChar, endChar }: CharSpan): CharSpan {
  const piece = text.slice(startChar, endChar);
  const lead = piece.length - piece.trimStart().length;
  return { startChar: startChar + lead, endChar: startChar + Math.max(lead, piece.trimEnd().length) };
}

function cut(span: CharSpan, within: CharSpan): CharSpan {
  return { startChar: Math.max(span.startChar, within.startChar), endChar: Math.min(span.endChar, within.endChar) };
}
