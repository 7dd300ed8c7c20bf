import { z } from 'zod';
import { citationSchema, sourceKindSchema } from './citation.ts';

/** A passage that was found. Times are null for documents, the page is null for recordings. */
export const searchResultSchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  kind: sourceKindSchema,
  text: z.string(),
  startMs: z.number().int().min(0).nullable(),
  endMs: z.number().int().min(0).nullable(),
  page: z.number().int().min(1).nullable(),
  score: z.number().describe('Higher is better; comparable within one reply only'),
});

/** Best first. `degraded`: only words were compared, not meanings. */
export const searchReplySchema = z.object({ results: z.array(searchResultSchema), degraded: z.boolean() });
export type SearchReply = z.infer<typeof searchReplySchema>;

/** `supported` is false, and `citations` empty, when the material does not hold the answer; `answer` then says so. */
export const answerSchema = z.object({ answer: z.string(), supported: z.boolean(), citations: z.array(citationSchema) });
export type AnswerReply = z.infer<typeof answerSchema>;
