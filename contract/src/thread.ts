import { z } from 'zod';
import { citationSchema } from './citation.ts';
import { idSchema, instantSchema, speakerFilterSchema, titleSchema } from './fields.ts';

/**
 * What a conversation is about. Without any, it is about everything: an unknown field is refused, as a filter that is written
 * wrongly would widen it to that.
 */
export const threadAboutFields = {
  lectureIds: z.array(idSchema).min(1).max(100).optional().describe('One lecture, or a selection'),
  courseId: idSchema.optional(),
};

export const newThreadSchema = z
  .strictObject({ title: titleSchema.optional(), ...threadAboutFields })
  .refine(({ lectureIds, courseId }) => lectureIds === undefined || courseId === undefined, {
    message: 'give lectureIds or courseId, not both',
  });

export const threadSchema = z.object({
  id: z.string(),
  title: z.string().describe('Empty until the first question names it'),
  lectureIds: z.array(z.string()).nullable(),
  courseId: z.string().nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type ThreadReply = z.infer<typeof threadSchema>;

/** `[1]` in an answer is the first of its citations. */
export const messageSchema = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  status: z.enum(['complete', 'stopped', 'failed']),
  supported: z.boolean().nullable().describe('null for questions'),
  citations: z.array(citationSchema),
  unsupported: z.array(z.string()).describe('Sentences of the answer that nothing supports'),
  engine: z.string().nullable(),
  model: z.string().nullable(),
  createdAt: instantSchema,
});
export type MessageReply = z.infer<typeof messageSchema>;

export const questionSchema = z.string().trim().min(1, 'must not be empty').max(2000, 'must be at most 2000 characters');

/** What a question may say beside its words. */
export const questionFields = {
  question: questionSchema,
  speaker: speakerFilterSchema.optional().describe('Only from what this speaker says, by name or label'),
};

/** A question in a conversation, or the first of a new one. */
export const chatQuestionSchema = z
  .strictObject({ threadId: idSchema.optional(), ...questionFields, ...threadAboutFields })
  .refine(
    ({ threadId, lectureIds, courseId }) => [threadId, lectureIds, courseId].filter((one) => one !== undefined).length <= 1,
    {
      message: 'give one of threadId, lectureIds and courseId',
    },
  );
export type ChatQuestion = z.infer<typeof chatQuestionSchema>;

/** Events of an answer as it is made, in this order; `delta` any number of times, `citation` once for each. */
export const chatEventSchemas = {
  start: z.object({ threadId: z.string() }),
  sources: z.object({
    sources: z.array(
      z.object({
        lectureId: z.string(),
        sourceId: z.string(),
        kind: z.string(),
        text: z.string(),
        startMs: z.number().nullable(),
        endMs: z.number().nullable(),
        page: z.number().nullable(),
      }),
    ),
  }),
  delta: z.object({ text: z.string() }),
  citation: z.object({ index: z.number().int().min(1), citation: citationSchema }),
  usage: z.object({
    engine: z.string(),
    model: z.string(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number().nullable(),
    cached: z.boolean().describe('Nothing was asked: the same was answered before'),
  }),
  done: z.object({ message: messageSchema, cached: z.boolean() }),
  error: z.object({ code: z.string(), title: z.string(), detail: z.string() }),
} as const;
export type ChatEvent = {
  [K in keyof typeof chatEventSchemas]: { type: K } & z.infer<(typeof chatEventSchemas)[K]>;
}[keyof typeof chatEventSchemas];

/** What a client says over the WebSocket `/ws`, beside the fields of a question. The server answers with `{id, ...ChatEvent}`. */
export const socketMessageSchema = z.object({
  type: z.enum(['ask', 'stop']),
  id: z.string().min(1).max(100).describe("The client's own name for the question; answers carry it"),
});
