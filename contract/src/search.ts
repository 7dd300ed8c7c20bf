import { z } from 'zod';
import { citationSchema, sourceKindSchema } from './citation.ts';

/** Part of a text in UTF-16 units, as of JavaScript's `text.slice(start, end)`. */
export const textRangeSchema = z.object({ start: z.number().int().min(0), end: z.number().int().min(0) });
export type TextRange = z.infer<typeof textRangeSchema>;

/** Where a passage stands. Times are null for documents, the page is null for recordings. */
const placeFields = {
  lectureId: z.string(),
  sourceId: z.string(),
  kind: sourceKindSchema,
  startMs: z.number().int().min(0).nullable(),
  endMs: z.number().int().min(0).nullable(),
  page: z.number().int().min(1).nullable(),
};

/** A passage that was found. */
export const searchResultSchema = z.object({
  ...placeFields,
  text: z.string(),
  score: z.number().describe('Higher is better; comparable within one reply only'),
  highlights: z
    .array(textRangeSchema)
    .describe('The words of `text` that matched, in any of their forms; none when it was found by meaning'),
  snippet: textRangeSchema.describe('The part of `text` to show: all of a short one, of a long one the part with most matches'),
  alsoAt: z.array(z.object(placeFields)).describe('Other places where nearly the same text stands, best first'),
});

/** Best first. `degraded`: only words were compared, not meanings. */
export const searchReplySchema = z.object({ results: z.array(searchResultSchema), degraded: z.boolean() });
export type SearchReply = z.infer<typeof searchReplySchema>;

/** One way to go on with what stands in the search box. */
export const suggestionSchema = z.object({
  text: z.string().describe('To put into the search box'),
  kind: z.enum(['title', 'term']).describe('`title`: of a lecture or a course; `term`: a word or phrase that occurs'),
  lectureId: z.string().nullable().describe('The lecture with this title; of a term, the one that holds it most often'),
  courseId: z.string().nullable().describe('The course with this title, or of that lecture'),
});
export const suggestReplySchema = z.object({ suggestions: z.array(suggestionSchema) });
export type SuggestReply = z.infer<typeof suggestReplySchema>;

/** `supported` is false, and `citations` empty, when the material does not hold the answer; `answer` then says so. */
export const answerSchema = z.object({
  answer: z.string(),
  supported: z.boolean(),
  citations: z.array(citationSchema),
  cached: z.boolean().optional().describe('True when the same was answered before and the source has not changed'),
});
export type AnswerReply = z.infer<typeof answerSchema>;
