import type { DocumentText } from '../domain/document.ts';
import { documentSentences } from '../domain/document-sentences.ts';
import type { StudySentence } from '../ports/writer.ts';

/** Headings of parts that hold nothing to study. */
const BACK_MATTER =
  /^(?:(?:\d+|[A-Z]|[IVX]+)[.)]?\s+)?(?:references|bibliography|works cited|literature cited|acknowledge?ments?|about the authors?|author contributions|funding|conflicts? of interest|table of contents|contents|index|literaturverzeichnis|quellenverzeichnis|danksagung|inhaltsverzeichnis|r[ée]f[ée]rences|bibliographie|remerciements|referencias|bibliograf[ií]a)\s*:?$/iu;

/** How a paragraph below a picture or a table begins. */
const CAPTION = /^(?:fig(?:ure)?|table|listing|abbildung|abb|tabelle|tableau|figura|tabla)\.?\s*\d/iu;

/**
 * The sentences of a document to write from, each with the headings it stands under: without the headings themselves, captions of
 * pictures and tables, and parts such as references. All sentences where nothing else is there.
 */
export function documentProse(document: DocumentText): StudySentence[] {
  const sentences = underHeadings(document);
  const texts = new Map(document.pages.map(({ number, text }) => [number, text]));
  const prose = sentences.filter(({ headings, page, startChar }) => {
    const isBackMatter = headings?.some((title) => BACK_MATTER.test(title.trim())) ?? false;
    return !isBackMatter && !isCaption(texts.get(page ?? 0) ?? '', startChar ?? 0);
  });
  return prose.length > 0 ? prose : sentences;
}

function underHeadings(document: DocumentText): StudySentence[] {
  const above: { level: number; title: string }[] = [];
  const waiting = document.pages.flatMap(({ number, headings }) => headings.map((heading) => ({ page: number, ...heading })));
  let next = 0;
  let headingEnd = { page: 0, char: 0 };
  return documentSentences(document).flatMap((sentence) => {
    const [page, startChar] = [sentence.page ?? 0, sentence.startChar ?? 0];
    for (let one = waiting[next]; one; one = waiting[++next]) {
      if (one.page > page || (one.page === page && one.startChar > startChar)) break;
      while ((above.at(-1)?.level ?? 0) >= one.level) above.pop();
      above.push({ level: one.level, title: one.title });
      // "1. Tides" is two sentences.
      headingEnd = { page: one.page, char: one.startChar + one.title.length };
    }
    const isHeading = headingEnd.page === page && startChar < headingEnd.char;
    return isHeading ? [] : [{ ...sentence, headings: above.map(({ title }) => title) }];
  });
}

/** Whether the paragraph around a place is a caption. */
function isCaption(text: string, at: number): boolean {
  const gap = text.lastIndexOf('\n\n', at);
  const start = gap < 0 ? 0 : gap + 2;
  return CAPTION.test(text.slice(start, start + 40));
}
