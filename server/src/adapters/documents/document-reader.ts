import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { AppError } from '../../core/domain/app-error.ts';
import type { DocumentReader, DocumentToRead } from '../../core/ports/document-reader.ts';
import { defaultDocumentLimits, type DocumentLimits } from './document-limits.ts';
import type { ReadOutcome } from './read-process.ts';
import { createRunReader } from './run-reader.ts';
import { sniffDocument, type SniffedDocument } from './sniff-document.ts';

/** Raised when the same file would give another text. */
const VERSION = 3;

export interface DocumentReaderOptions {
  readonly limits?: Partial<DocumentLimits>;
}

/**
 * Reads PDF, DOCX, PPTX, EPUB, HTML, Markdown and text, each document in a process of its own that is ended at its limits.
 *
 * @example await createDocumentReader().read({ path, fileName: 'a.pdf', mediaType: null, url: null }, signal)
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): DocumentReader {
  const limits: DocumentLimits = { ...defaultDocumentLimits, ...options.limits };
  const runReader = createRunReader();
  const run = async (file: DocumentToRead, wanted: 'document' | 'captions', signal: AbortSignal): Promise<ReadOutcome> => {
    if (signal.aborted) throw cancelled(signal);
    const kind = sniffFile(file);
    if ((kind?.format === 'captions') !== (wanted === 'captions') || !kind) throw unsupported();
    if (kind.locked) throw new AppError('document_protected', 'The document is encrypted. Save a copy without a password.');
    if (statSync(file.path).size > limits.fileBytes)
      throw new AppError(
        'document_too_large',
        `The document has more than ${Math.floor(limits.fileBytes / 1_000_000)} MB. Split it.`,
      );
    const { path, mediaType, url } = file;
    const outcome = await runReader({ path, format: kind.format, mediaType, url, limits }, signal);
    if (outcome.kind !== 'fault') return outcome;
    throw new AppError(outcome.code, outcome.detail, { cause: new Error(outcome.cause) });
  };
  return {
    id: `documents/${VERSION}`,
    async sniff(file) {
      const kind = sniffFile(file);
      return kind && { format: kind.format, mediaType: kind.mediaType };
    },
    async read(file, signal) {
      const outcome = await run(file, 'document', signal);
      if (outcome.kind === 'document') return outcome.document;
      throw unsupported();
    },
    async readCaptions(file, signal) {
      const outcome = await run(file, 'captions', signal);
      if (outcome.kind !== 'captions') throw unsupported();
      if (outcome.captions.length > 0) return outcome.captions;
      throw new AppError('document_no_text', 'There is no line of captions in the file.');
    },
  };
}

/** Reads a few bytes at the places that tell; nothing is unpacked or parsed. */
function sniffFile({ path, fileName, mediaType }: DocumentToRead): SniffedDocument | null {
  const descriptor = openSync(path, 'r');
  try {
    const sizeBytes = statSync(path).size;
    const readBytes = (start: number, length: number): Buffer | null => {
      if (start < 0 || length < 0 || start + length > sizeBytes) return null;
      const bytes = Buffer.alloc(length);
      const count = readSync(descriptor, bytes, 0, length, start);
      return count === length ? bytes : null;
    };
    return sniffDocument({ sizeBytes, readBytes, fileName, mediaType });
  } finally {
    closeSync(descriptor);
  }
}

function unsupported(): AppError {
  return new AppError(
    'document_unsupported',
    'The file is no document that can be read. Save it as PDF, DOCX, PPTX, EPUB, HTML, Markdown or text.',
  );
}

function cancelled(signal: AbortSignal): AppError {
  return new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
}
