import { z } from 'zod';
import { may } from '../access.ts';
import { transcriptVersionSchema } from '../correction.ts';
import { idempotencyHeaders, idSchema, languageSchema, limitSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { defineOperation } from '../operation.ts';

const params = z.object({ lectureId: idSchema });
const versionSchema = z.number().int().min(1).max(1_000_000);
const wordSchema = z.number().int().min(0).max(10_000_000);

const correctedSchema = z.object({
  sourceId: z.string(),
  version: z.number().int().min(1).describe('The newest version now'),
});

const transcriptErrors = ['lecture_not_found', 'source_not_found', 'transcript_not_found'] as const;

export const correctionOperations = {
  importTranscript: defineOperation({
    operationId: 'importTranscript',
    method: 'POST',
    path: '/lectures/{lectureId}/transcript/import',
    summary: 'Bring in a transcript that was made elsewhere',
    description:
      'SRT, WebVTT, the JSON of Whisper, whisper.cpp, WhisperX, AssemblyAI or Deepgram, or plain text, which gets its times from what an engine ' +
      'has heard. Becomes the next version for the recording named by `source`, else the first; corrections stay over it.',
    tags: ['Recordings'],
    access: may.transcribe,
    params,
    headers: idempotencyHeaders,
    multipart: {
      file: 'file',
      fields: z.object({
        source: idSchema.or(z.literal('').transform(() => undefined)).optional(),
        language: languageSchema.or(z.literal('').transform(() => undefined)).optional(),
      }),
    },
    responses: { 201: { description: 'Brought in', schema: correctedSchema } },
    errors: [
      'lecture_not_found',
      'source_not_found',
      'transcript_not_found',
      'transcript_file_invalid',
      'document_damaged',
      'document_too_large',
      'storage_full',
      'storage_unavailable',
    ],
  }),
  correctTranscript: defineOperation({
    operationId: 'correctTranscript',
    method: 'PATCH',
    path: '/lectures/{lectureId}/transcript',
    summary: 'Correct words and speakers',
    description:
      'Words are named by their index in `version`, the newest one, both ends included; `lastWord` = `firstWord` - 1 puts words in before ' +
      '`firstWord`, an empty `text` leaves words out. Makes a new version: what an engine heard stays, and so do the times.',
    tags: ['Recordings'],
    access: may.edit,
    params,
    query: z.object({ source: idSchema.optional() }),
    body: z.object({
      version: versionSchema,
      edits: z
        .array(
          z.object({ firstWord: wordSchema, lastWord: z.number().int().min(-1).max(10_000_000), text: z.string().max(20_000) }),
        )
        .max(1_000)
        .default([]),
      speakers: z
        .array(z.object({ firstWord: wordSchema, lastWord: wordSchema, speaker: z.string().trim().min(1).max(100).nullable() }))
        .max(1_000)
        .default([]),
    }),
    responses: { 200: { description: 'Corrected', schema: correctedSchema } },
    errors: [...transcriptErrors, 'transcript_conflict'],
  }),
  undoCorrection: defineOperation({
    operationId: 'undoCorrection',
    method: 'POST',
    path: '/lectures/{lectureId}/transcript/undo',
    summary: 'Take a correction back',
    description:
      'What `version` changed (the newest, when it is left out); later corrections stay. Undoing an undo does it again.',
    tags: ['Recordings'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    query: z.object({ source: idSchema.optional() }),
    body: z.object({ version: versionSchema.optional() }),
    responses: { 200: { description: 'Taken back', schema: correctedSchema } },
    errors: [...transcriptErrors, 'transcript_conflict', 'nothing_to_undo'],
  }),
  listTranscriptVersions: defineOperation({
    operationId: 'listTranscriptVersions',
    method: 'GET',
    path: '/lectures/{lectureId}/transcript/history',
    summary: 'How the versions of a transcript came about',
    description: 'Newest first. Of the first source that has a transcript, unless `source` says otherwise.',
    tags: ['Recordings'],
    access: may.view,
    params,
    query: z.object({
      source: idSchema.optional(),
      before: z.coerce.number<string | number>().int().min(1).max(1_000_000).optional().describe('Only versions before this one'),
      limit: limitSchema(100, 20),
    }),
    responses: {
      200: {
        description: 'The versions',
        schema: z.object({ sourceId: z.string(), versions: z.array(transcriptVersionSchema) }),
      },
    },
    errors: [...transcriptErrors],
  }),
  listConflicts: defineOperation({
    operationId: 'listConflicts',
    method: 'GET',
    path: '/lectures/{lectureId}/transcript/conflicts',
    summary: 'Corrections where an engine hears something else now',
    description:
      "After a recording was transcribed again. The person's words are shown; correcting the place again, with either text, settles it.",
    tags: ['Recordings'],
    access: may.view,
    params,
    query: z.object({ source: idSchema.optional() }),
    responses: {
      200: {
        description: 'The places, in order',
        schema: z.object({
          sourceId: z.string(),
          version: z.number().int().min(1),
          conflicts: z.array(
            z.object({
              firstWord: z.number().int().min(0),
              lastWord: z.number().int().min(-1),
              startMs: z.number().int().min(0),
              corrected: z.string(),
              heard: z.string(),
            }),
          ),
        }),
      },
    },
    errors: [...transcriptErrors],
  }),
  correctEverywhere: defineOperation({
    operationId: 'correctEverywhere',
    method: 'POST',
    path: '/courses/{courseId}/corrections',
    summary: 'Correct words in all transcripts of a course',
    description:
      'Capitals make no difference; those at the start and punctuation at the end stay as they are. With `preview` nothing is changed and ' +
      'the reply says what would be.',
    tags: ['Recordings'],
    access: may.write,
    params: z.object({ courseId: idSchema }),
    headers: idempotencyHeaders,
    body: z.object({
      from: z.string().trim().min(1).max(200),
      to: z.string().trim().max(200),
      preview: z.boolean().default(false),
    }),
    responses: {
      200: {
        description: 'What would change',
        schema: z.object({
          places: z.number().int().min(0),
          transcripts: z.number().int().min(0),
          examples: z.array(
            z.object({ lectureId: z.string(), startMs: z.number().int().min(0), before: z.string(), after: z.string() }),
          ),
        }),
      },
      202: { description: 'The job that does it', schema: jobStartedSchema },
    },
    errors: ['course_not_found'],
  }),
} as const;
