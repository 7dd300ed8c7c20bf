import { z } from 'zod';
import { instantSchema } from './fields.ts';

/** One page of a document's text. Citations give character ranges (UTF-16 units, end excluded) of `text`. */
export const documentPageReplySchema = z.object({
  number: z.number().int().min(1),
  label: z.string().nullable().describe("How people call it when not by its number: a slide's title, a chapter's name"),
  text: z.string(),
  headings: z.array(z.object({ startChar: z.number().int().min(0), level: z.number().int().min(1).max(6), title: z.string() })),
});

/** A version of a document's text; it never changes. */
export const documentTextSchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  version: z.number().int().min(1),
  reader: z.string(),
  format: z.string().describe('pdf, docx, pptx, epub, html, markdown or text'),
  title: z.string().nullable(),
  author: z.string().nullable(),
  publishedAt: z.string().nullable(),
  language: z.string().nullable(),
  createdAt: instantSchema,
  pages: z.array(documentPageReplySchema),
});
export type DocumentTextReply = z.infer<typeof documentTextSchema>;
