import { z } from 'zod';
import { may } from '../access.ts';
import { sourceKindSchema } from '../citation.ts';
import { idempotencyHeaders, idSchema, limitSchema, speakerFilterSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { presetChangeSchema, presetSchema, presetWishesSchema } from '../library.ts';
import { defineOperation } from '../operation.ts';
import { answerSchema, searchReplySchema, suggestReplySchema } from '../search.ts';

const params = z.object({ lectureId: idSchema });

/** `a,b,c`, at most 100. */
const idListSchema = z
  .string()
  .max(13_000, 'must be at most 13000 characters')
  .refine((list) => list.split(',').length <= 100 && list.split(',').every((id) => idSchema.safeParse(id).success), {
    error: 'must be at most 100 ids, separated by commas',
  });

/** Milliseconds; up to a month. */
const offsetSchema = z.coerce
  .number<string | number>()
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(2_678_400_000, 'must be at most 2678400000');

export const studyOperations = {
  listPresets: defineOperation({
    operationId: 'listPresets',
    method: 'GET',
    path: '/presets',
    summary: 'What kinds of notes can be made',
    description: 'A preset chooses which artifacts are made and how much of each.',
    tags: ['Study'],
    access: may.read,
    responses: { 200: { description: 'All presets', schema: z.object({ presets: z.array(presetSchema) }) } },
    errors: [],
  }),
  createPreset: defineOperation({
    operationId: 'createPreset',
    method: 'POST',
    path: '/presets',
    summary: 'Make a preset of your own',
    description: 'Which artifacts, how much of each, and how they are written.',
    tags: ['Study'],
    access: may.write,
    headers: idempotencyHeaders,
    body: presetWishesSchema.extend({ id: idSchema.optional() }),
    responses: { 201: { description: 'The preset', schema: presetSchema } },
    errors: ['preset_conflict'],
  }),
  updatePreset: defineOperation({
    operationId: 'updatePreset',
    method: 'PATCH',
    path: '/presets/{presetId}',
    summary: 'Change a preset',
    description: 'What is left out stays. The version rises; artifacts keep saying by which version they were made.',
    tags: ['Study'],
    access: may.write,
    params: z.object({ presetId: idSchema }),
    body: presetChangeSchema,
    responses: { 200: { description: 'The preset', schema: presetSchema } },
    errors: ['preset_not_found', 'preset_conflict'],
  }),
  deletePreset: defineOperation({
    operationId: 'deletePreset',
    method: 'DELETE',
    path: '/presets/{presetId}',
    summary: 'Remove a preset',
    description: 'What was made by it stays.',
    tags: ['Study'],
    access: may.write,
    params: z.object({ presetId: idSchema }),
    responses: { 204: { description: 'It is gone' } },
    errors: ['preset_not_found', 'preset_conflict'],
  }),
  generate: defineOperation({
    operationId: 'generate',
    method: 'POST',
    path: '/lectures/{lectureId}/generate',
    summary: 'Write notes',
    description: "Makes the preset's artifacts from the lecture's transcripts. Without a body the lecture's own preset is taken.",
    tags: ['Study'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    body: z
      .object({
        course_id: idSchema.optional().describe('Accepted for older clients; the lecture knows its course'),
        preset_id: idSchema.optional(),
        again: z
          .boolean()
          .optional()
          .describe(
            'true: written anew although nothing has changed since. What is there stays, and what people wrote is carried over',
          ),
      })
      .optional(),
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: ['lecture_not_found', 'preset_not_found', 'transcript_not_found', 'switched_off'],
  }),
  search: defineOperation({
    operationId: 'search',
    method: 'GET',
    path: '/search',
    summary: 'Find where something was said',
    description:
      'By words and by meaning, best first; nearly the same text in several places is one result. Any text is accepted; it is never read as query syntax.',
    tags: ['Study'],
    access: may.read,
    query: z.strictObject({
      q: z.string().trim().min(1, 'must not be empty').max(1000, 'must be at most 1000 characters'),
      lectureId: idSchema.optional(),
      lectureIds: idListSchema.optional().describe('Ids of lectures, separated by commas: any of them'),
      courseId: idSchema.optional(),
      kind: sourceKindSchema.optional().describe('Only what was said, or only what stands in documents'),
      fromMs: offsetSchema
        .optional()
        .describe('Only what was said from here on, in milliseconds from the start of its recording'),
      toMs: offsetSchema.optional().describe('Only what was said up to here'),
      speaker: speakerFilterSchema.optional().describe('Only passages in which this speaker says something, by name or label'),
      limit: limitSchema(100, 10),
    }),
    responses: { 200: { description: 'What was found', schema: searchReplySchema } },
    errors: ['lecture_not_found', 'course_not_found', 'search_unavailable'],
  }),
  suggest: defineOperation({
    operationId: 'suggest',
    method: 'GET',
    path: '/search/suggest',
    summary: 'Complete what is being typed',
    description:
      'Titles of lectures and courses, words and phrases that occur in the material and begin like the last word. Accents do not matter; one wrong letter is forgiven from four letters on, two from eight on.',
    tags: ['Study'],
    access: may.read,
    query: z.strictObject({
      q: z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters'),
      courseId: idSchema.optional(),
      limit: limitSchema(20, 8),
    }),
    responses: { 200: { description: 'Best first', schema: suggestReplySchema } },
    errors: ['course_not_found', 'search_unavailable'],
  }),
  ask: defineOperation({
    operationId: 'ask',
    method: 'POST',
    path: '/lectures/{lectureId}/ask',
    summary: 'Ask about a lecture',
    description: 'Every answer cites the places it comes from; what the lecture does not hold is not answered.',
    tags: ['Study'],
    access: may.view,
    params,
    headers: idempotencyHeaders,
    body: z.object({
      question: z.string().trim().min(1, 'must not be empty').max(2000, 'must be at most 2000 characters'),
      speaker: speakerFilterSchema.optional().describe('Only from what this speaker says'),
    }),
    responses: { 200: { description: 'The answer', schema: answerSchema } },
    errors: ['lecture_not_found', 'search_unavailable', 'switched_off'],
  }),
} as const;
