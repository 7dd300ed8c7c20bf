import { readFileSync } from 'node:fs';
import type { Caption } from '../../core/domain/caption.ts';
import type { DocumentFormat, ReadDocument } from '../../core/domain/document.ts';
import { DocumentFault, type DocumentFaultCode } from './document-fault.ts';
import type { DocumentLimits } from './document-limits.ts';
import { withdrawConnections } from './withdraw-connections.ts';

/** What the process is asked to read: once, then it ends. */
export interface ReadOrder {
  readonly path: string;
  readonly format: DocumentFormat | 'captions';
  readonly mediaType: string | null;
  readonly url: string | null;
  readonly limits: DocumentLimits;
}

export type ReadOutcome =
  | { readonly kind: 'document'; readonly document: ReadDocument }
  | { readonly kind: 'captions'; readonly captions: readonly Caption[] }
  | { readonly kind: 'fault'; readonly code: DocumentFaultCode; readonly detail: string; readonly cause: string };

async function read(order: ReadOrder): Promise<ReadOutcome> {
  const bytes = readFileSync(order.path);
  if (order.format === 'captions') {
    const { decodeText } = await import('./decode-text.ts');
    const { parseCaptions } = await import('./parse-captions.ts');
    return { kind: 'captions', captions: parseCaptions(decodeText(bytes)) };
  }
  return { kind: 'document', document: checked(await readFormat(order.format, bytes, order), order.limits) };
}

/** Parsers are loaded for the format that is read, and no other. */
async function readFormat(format: DocumentFormat, bytes: Buffer, { url, mediaType, limits }: ReadOrder): Promise<ReadDocument> {
  switch (format) {
    case 'pdf':
      return (await import('./read-pdf.ts')).readPdf(bytes, limits);
    case 'docx':
      return (await import('./read-docx.ts')).readDocx(await archiveOf(bytes, limits), limits.nesting);
    case 'pptx':
      return (await import('./read-pptx.ts')).readPptx(await archiveOf(bytes, limits));
    case 'epub':
      return (await import('./read-epub.ts')).readEpub(await archiveOf(bytes, limits), limits.nesting);
    case 'html':
      return (await import('./read-html.ts')).readHtml(bytes, { url, mediaType, mostDepth: limits.nesting });
    case 'markdown':
      return (await import('./read-markdown.ts')).readMarkdown(bytes);
    case 'text':
      return (await import('./read-text.ts')).readText(bytes);
  }
}

async function archiveOf(bytes: Buffer, limits: DocumentLimits) {
  const { ZipArchive } = await import('./zip-archive.ts');
  return new ZipArchive(bytes, limits);
}

function checked(document: ReadDocument, limits: DocumentLimits): ReadDocument {
  if (document.pages.length > limits.pages)
    throw new DocumentFault('document_too_large', 'The document has too many pages. Split it.');
  const chars = document.pages.reduce((sum, { text }) => sum + text.length, 0);
  if (chars > limits.textChars) throw new DocumentFault('document_too_large', 'The document holds too much text. Split it.');
  if (chars === 0) throw new DocumentFault('document_no_text', 'There is no text in the document.');
  return document;
}

function faultOf(error: unknown): ReadOutcome {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof DocumentFault) return { kind: 'fault', code: error.code, detail: error.detail, cause };
  const isTooMuch = error instanceof RangeError;
  return isTooMuch
    ? { kind: 'fault', code: 'document_too_large', detail: 'The document is nested too deeply, or too large, to be read.', cause }
    : { kind: 'fault', code: 'document_damaged', detail: 'The document cannot be read. Save or download it again.', cause };
}

if (process.send) {
  withdrawConnections();
  process.once('message', (order: ReadOrder) => {
    void read(order)
      .catch(faultOf)
      // The process ends when the answer has left it: nothing that a document started goes on.
      .then((outcome) => process.send?.(outcome, () => process.exit(0)));
  });
  process.once('disconnect', () => process.exit(1));
}
