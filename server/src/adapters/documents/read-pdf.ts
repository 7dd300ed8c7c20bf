import { getDocumentProxy, getMeta } from 'unpdf';
import type { DocumentPage, ReadDocument } from '../../core/domain/document.ts';
import { DocumentFault, damaged, tooLarge } from './document-fault.ts';
import type { DocumentLimits } from './document-limits.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import { pageOfBlocks } from './page-of-blocks.ts';
import { linesOf, type PdfLine } from './pdf-lines.ts';
import { bodySizeOf, blocksOfLines, withoutRunningLines } from './pdf-paragraphs.ts';

/**
 * The pages of a PDF with their text in the order in which it was written, which is that of reading also in columns. Scripts in the
 * file are never run.
 *
 * @throws DocumentFault `document_protected`, `document_damaged`, `document_no_text`, `document_too_large`
 */
export async function readPdf(bytes: Uint8Array, limits: Pick<DocumentLimits, 'pages' | 'textChars'>): Promise<ReadDocument> {
  const pdf = await open(bytes);
  if (pdf.numPages > limits.pages) throw tooLarge(`The document has more than ${limits.pages} pages. Split it.`);
  const lines: PdfLine[][] = [];
  let chars = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await linesOfPage(pdf, number);
    chars += page.reduce((sum, { text }) => sum + text.length, 0);
    if (chars > limits.textChars) throw tooLarge('The document holds too much text to be read. Split it.');
    lines.push(page);
  }
  const bodySize = bodySizeOf(lines.flat());
  const pages: DocumentPage[] = withoutRunningLines(lines).map((page, index) =>
    pageOfBlocks(index + 1, null, blocksOfLines(page, bodySize)),
  );
  if (pages.every(({ text }) => text === '')) {
    throw new DocumentFault(
      'document_no_text',
      'The pages are pictures without text (a scan). Run text recognition (OCR) over it first.',
    );
  }
  return { format: 'pdf', ...(await factsOf(pdf)), pages };
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // Copied: pdf.js takes the bytes away from who gives them.
    return await getDocumentProxy(new Uint8Array(bytes), { stopAtErrors: false, verbosity: 0 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentFault('document_protected', 'The PDF is encrypted. Save a copy without a password.', { cause: error });
    }
    throw damaged('The PDF cannot be opened. Save or download it again.', error);
  }
}

/** A page that is broken is empty; the others are read. */
async function linesOfPage(pdf: Pdf, number: number): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return linesOf(items);
  } catch {
    return [];
  }
}

async function factsOf(pdf: Pdf): Promise<Pick<ReadDocument, 'title' | 'author' | 'publishedAt' | 'language'>> {
  try {
    const { info } = await getMeta(pdf);
    const text = (name: string): string | null => (typeof info[name] === 'string' ? info[name] : null);
    const title = shownValue(text('Title'));
    return {
      // Word processors put the file's name there.
      title:
        title !== null && /^(?:untitled|microsoft \w+ - .*|.*\.(?:docx?|pdf|tex|dvi|indd|pptx?))$/i.test(title) ? null : title,
      author: shownValue(text('Author')),
      publishedAt: isoDate(text('CreationDate')),
      language: languageOf(text('Language')),
    };
  } catch {
    return { title: null, author: null, publishedAt: null, language: null };
  }
}
