import { z } from 'zod';

/** What a source is: sound or video with words in time, or pages of text. */
export const sourceKindSchema = z.enum(['recording', 'document']);
export type SourceKind = z.infer<typeof sourceKindSchema>;

const position = z.number().int().min(0);

/**
 * The place a claim rests on. `quote` is the exact text there. A recording fills the times (milliseconds
 * from its start) and the word range (indexes into all words of transcript version `textVersion`, both
 * ends included); a document fills the page (from 1) and the character range of the page's text (end excluded).
 */
export const citationSchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  kind: sourceKindSchema,
  textVersion: position,
  quote: z.string().min(1),
  startMs: position.nullable(),
  endMs: position.nullable(),
  firstWord: position.nullable(),
  lastWord: position.nullable(),
  page: z.number().int().min(1).nullable(),
  startChar: position.nullable(),
  endChar: position.nullable(),
});
export type Citation = z.infer<typeof citationSchema>;
