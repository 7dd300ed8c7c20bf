import { z } from 'zod';
import { artifactSchema } from '../artifact.ts';
import { idempotencyHeaders, idSchema, limitSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { presetSchema } from '../library.ts';
import { defineOperation } from '../operation.ts';
import { answerSchema, searchReplySchema } from '../search.ts';

const params = z.object({ lectureId: idSchema });

export const studyOperations = {
  listPresets: defineOperation({
    operationId: 'listPresets',
    method: 'GET',
    path: '/presets',
    summary: 'What kinds of notes can be made',
    description: 'A preset chooses which artifacts are made and how much of each.',
    tags: ['Study'],
    responses: { 200: { description: 'All presets', schema: z.object({ presets: z.array(presetSchema) }) } },
    errors: [],
  }),
  generate: defineOperation({
    operationId: 'generate',
    method: 'POST',
    path: '/lectures/{lectureId}/generate',
    summary: 'Write notes',
    description: "Makes the preset's artifacts from the lecture's transcripts. Without a body the lecture's own preset is taken.",
    tags: ['Study'],
    params,
    headers: idempotencyHeaders,
    body: z
      .object({
        course_id: idSchema.optional().describe('Accepted for older clients; the lecture knows its course'),
        preset_id: idSchema.optional(),
      })
      .optional(),
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: ['lecture_not_found', 'preset_not_found', 'transcript_not_found'],
  }),
  listArtifacts: defineOperation({
    operationId: 'listArtifacts',
    method: 'GET',
    path: '/lectures/{lectureId}/artifacts',
    summary: 'The notes of a lecture',
    description: 'The newest of each kind and preset. Each says what made it and cites its sources.',
    tags: ['Study'],
    params,
    responses: { 200: { description: 'The artifacts', schema: z.object({ artifacts: z.array(artifactSchema) }) } },
    errors: ['lecture_not_found'],
  }),
  search: defineOperation({
    operationId: 'search',
    method: 'GET',
    path: '/search',
    summary: 'Find where something was said',
    description: 'By words and by meaning, best first. Any text is accepted; it is never read as query syntax.',
    tags: ['Study'],
    query: z.object({
      q: z.string().trim().min(1, 'must not be empty').max(1000, 'must be at most 1000 characters'),
      lectureId: idSchema.optional(),
      courseId: idSchema.optional(),
      limit: limitSchema(100, 10),
    }),
    responses: { 200: { description: 'What was found', schema: searchReplySchema } },
    errors: ['lecture_not_found', 'course_not_found', 'search_unavailable'],
  }),
  ask: defineOperation({
    operationId: 'ask',
    method: 'POST',
    path: '/lectures/{lectureId}/ask',
    summary: 'Ask about a lecture',
    description: 'Every answer cites the places it comes from; what the lecture does not hold is not answered.',
    tags: ['Study'],
    params,
    headers: idempotencyHeaders,
    body: z.object({ question: z.string().trim().min(1, 'must not be empty').max(2000, 'must be at most 2000 characters') }),
    responses: { 200: { description: 'The answer', schema: answerSchema } },
    errors: ['lecture_not_found', 'search_unavailable'],
  }),
} as const;
