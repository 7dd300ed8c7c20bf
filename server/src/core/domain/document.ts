import { z } from 'zod';

/** What a document was read as. */
export const documentFormats = ['pdf', 'docx', 'pptx', 'epub', 'html', 'markdown', 'text'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

/**
 * One page of text: a page of a PDF, a slide, a chapter of a book, or all of a document without pages. `text` is what
 * citations give character ranges of (UTF-16 units); paragraphs are separated by an empty line, runs of white space are one space.
 */
export const documentPageSchema = z.object({
  /** From 1, without gaps. */
  number: z.number().int().min(1),
  /** How people call it when not by its number: a slide's title, a chapter's name. */
  label: z.string().nullable(),
  text: z.string(),
  /** Headings of the page in order: where they begin in `text`, and 1 (top) to 6. */
  headings: z.array(z.object({ startChar: z.number().int().min(0), level: z.number().int().min(1).max(6), title: z.string() })),
});
export type DocumentPage = z.infer<typeof documentPageSchema>;

/** What a reader finds in a file. */
export const readDocumentSchema = z.object({
  format: z.enum(documentFormats),
  title: z.string().nullable(),
  author: z.string().nullable(),
  /** As the document says it, ISO 8601 where it can be told. */
  publishedAt: z.string().nullable(),
  /** ISO 639-1, as the document says it; null when it does not. */
  language: z.string().nullable(),
  pages: z.array(documentPageSchema).min(1),
});
export type ReadDocument = z.infer<typeof readDocumentSchema>;

/** A stored text of a document: a version is never changed once written, so citations into it stay true. */
export interface DocumentText extends ReadDocument {
  readonly ownerId: string;
  readonly lectureId: string;
  readonly sourceId: string;
  /** From 1, per source. */
  readonly version: number;
  /** What read it, with its version. */
  readonly reader: string;
  readonly createdAt: number;
}
