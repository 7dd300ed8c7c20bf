import type { Caption } from '../domain/caption.ts';
import type { ReadDocument } from '../domain/document.ts';

export interface DocumentToRead {
  /** On this machine; holds only the document. */
  readonly path: string;
  /** As the user called it; only a hint, and never used as a path. */
  readonly fileName: string;
  /** What a web server or an earlier look called it; only a hint. Null when nobody said. */
  readonly mediaType: string | null;
  /** Where a web page came from, to make sense of its links; null for files. */
  readonly url: string | null;
}

/**
 * Turns documents into pages of text. Files are hostile: they are read in a process of their own, with limits on memory,
 * time, size and nesting, which opens no other file and no connection.
 */
export interface DocumentReader {
  /** Changes when the same file could give another text; part of the key of stored texts. */
  readonly id: string;
  /**
   * Tells by its content (and by its name where text has none) what the file is, cheaply; null when it is nothing
   * that can be read. `captions` are SRT and WebVTT, which become a transcript.
   */
  sniff(
    file: DocumentToRead,
  ): Promise<{ readonly format: ReadDocument['format'] | 'captions'; readonly mediaType: string } | null>;
  /**
   * @throws AppError `document_unsupported`, `document_damaged`, `document_protected` (needs a password),
   * `document_no_text` (only pictures of text, or nothing), `document_too_large` (a limit was reached), `cancelled`
   */
  read(file: DocumentToRead, signal: AbortSignal): Promise<ReadDocument>;
  /**
   * The lines of a file that is `captions`, in order of time; a line ends after it begins, tags and settings are gone.
   * @throws AppError as `read`
   */
  readCaptions(file: DocumentToRead, signal: AbortSignal): Promise<readonly Caption[]>;
}
