import type { DocumentPage, DocumentText } from '../domain/document.ts';
import { passageAt, sentenceSpans, type CharSpan } from '../domain/document-sentences.ts';
import { passageIds, type IndexedPassage } from '../domain/passage.ts';
import { GOOD_WORDS, MAX_WORDS, type PassagePlace } from './passages-of.ts';

/** A heading closes the passage before it when that has so many words: a title alone is no passage. */
const FEW_WORDS = 12;

/** A word; in scripts that write none apart, two letters stand for one. */
const WORD =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]{1,2}|[^\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]+/gu;

/**
 * Cuts a document into passages like those of a transcript. A passage lies on one page and, unless that would leave a few
 * words alone, under one heading, which is searched with it.
 */
export function documentPassages(document: DocumentText, place: PassagePlace): IndexedPassage[] {
  const passages: IndexedPassage[] = [];
  const idOf = passageIds(document.sourceId);
  for (const page of document.pages) {
    let gathered: CharSpan | null = null;
    let words = 0;
    const close = (): void => {
      if (gathered) {
        const passage = indexed(document, place, { page, span: gathered });
        passages.push({ ...passage, id: idOf(passage) });
      }
      [gathered, words] = [null, 0];
    };
    for (const span of sentenceSpans(page, document.language).flatMap((sentence) => shortened(page.text, sentence))) {
      const count = countWords(page.text.slice(span.startChar, span.endChar));
      const isHeading = page.headings.some(({ startChar }) => startChar === span.startChar);
      if (words + count > MAX_WORDS || (isHeading && words >= FEW_WORDS)) close();
      gathered = { startChar: gathered === null ? span.startChar : (gathered as CharSpan).startChar, endChar: span.endChar };
      words += count;
      if (words >= GOOD_WORDS) close();
    }
    close();
  }
  return passages;
}

function indexed(
  document: DocumentText,
  place: PassagePlace,
  { page, span }: { page: DocumentPage; span: CharSpan },
): Omit<IndexedPassage, 'id'> {
  const headings = headingsAt(page, span.startChar);
  return {
    ...passageAt(document, page, span),
    courseId: place.courseId,
    context: [place.courseTitle, place.lectureTitle, document.title, page.label, ...headings].filter(Boolean).join(' '),
  };
}

/** The headings a place stands under, outermost first. */
function headingsAt(page: DocumentPage, startChar: number): string[] {
  const open: DocumentPage['headings'] = [];
  for (const heading of page.headings) {
    if (heading.startChar >= startChar) break;
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    open.push(heading);
  }
  return open.map(({ title }) => title);
}

/** A sentence of too many words in even pieces. */
function shortened(text: string, sentence: CharSpan): CharSpan[] {
  const starts = wordStarts(text.slice(sentence.startChar, sentence.endChar)).map((at) => at + sentence.startChar);
  const pieces = Math.ceil(starts.length / MAX_WORDS);
  if (pieces <= 1) return [sentence];
  const cuts = Array.from({ length: pieces + 1 }, (_, piece) =>
    piece === 0 ? sentence.startChar : (starts[Math.round((piece * starts.length) / pieces)] ?? sentence.endChar),
  );
  return cuts.slice(1).map((end, piece) => {
    const startChar = cuts[piece] ?? sentence.startChar;
    return { startChar, endChar: startChar + text.slice(startChar, end).trimEnd().length };
  });
}

function countWords(text: string): number {
  return wordStarts(text).length;
}

function wordStarts(text: string): number[] {
  return Array.from(text.matchAll(WORD), ({ index }) => index);
}
