import { z } from 'zod';
import { may } from '../access.ts';
import { documentTextSchema } from '../document.ts';
import { idempotencyHeaders, idSchema, languageSchema, titleSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { defineOperation, inBucket } from '../operation.ts';
import { coverageSchema, transcriptSchema } from '../transcript.ts';

const params = z.object({ lectureId: idSchema });

/** An empty form field counts as left out. */
function optionalField<T extends z.ZodType>(schema: T) {
  return schema.or(z.literal('').transform(() => undefined)).optional();
}

const mediaErrors = [
  'media_empty',
  'media_unsupported',
  'media_no_audio',
  'media_protected',
  'media_damaged',
  'decoder_unavailable',
  'storage_full',
  'storage_unavailable',
] as const;

const uploadReplySchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  audioPath: z.string().describe('Where the file is kept: `local://`, `s3://` or `gs://`'),
});

const addedSourceSchema = uploadReplySchema.extend({
  jobId: z.string().nullable().describe('Reads the document; null for a recording and for what has been read'),
});

const sourceParams = params.extend({ sourceId: idSchema });

const audioResponses = {
  200: { description: 'The whole file', mediaType: 'audio/*' },
  206: { description: 'The bytes of the range', mediaType: 'audio/*' },
  304: { description: 'Unchanged since the `ETag` the client has' },
  307: inBucket,
} as const;

export const recordingOperations = {
  ingestLecture: defineOperation({
    operationId: 'ingestLecture',
    method: 'POST',
    path: '/lectures/ingest',
    summary: 'Bring in a recording as a lecture',
    description:
      'Unknown course ids are created. Repeating it with the same `lecture_id` and the same bytes changes nothing; ' +
      'other bytes are refused and nothing is lost. Only the file is needed.',
    tags: ['Recordings'],
    access: may.transcribe,
    headers: idempotencyHeaders,
    multipart: {
      file: 'audio',
      fields: z.object({
        course_id: optionalField(idSchema).describe('Default: `default`'),
        lecture_id: optionalField(idSchema).describe('Made by the server when left out'),
        preset_id: optionalField(idSchema).describe('Default: `exam`'),
        title: optionalField(titleSchema).describe("Default: the file's name without its extension"),
      }),
    },
    responses: {
      201: { description: 'The lecture is new', schema: uploadReplySchema },
      200: { description: 'It was there already', schema: uploadReplySchema },
    },
    errors: ['preset_not_found', 'lecture_conflict', ...mediaErrors],
  }),
  addSource: defineOperation({
    operationId: 'addSource',
    method: 'POST',
    path: '/lectures/{lectureId}/sources',
    summary: 'Add a recording, a document or a web page to a lecture',
    description:
      'A file as a form, or `{"url"}` for a web page. Its content decides what it is: sound or video, a document (PDF, DOCX, PPTX, ' +
      'EPUB, HTML, Markdown, text) or captions (SRT, WebVTT), which become a transcript. Documents and pages are read by the job ' +
      '`jobId`. The same bytes again change nothing; the same address again looks whether the page has changed.',
    tags: ['Recordings'],
    access: may.transcribe,
    params,
    headers: idempotencyHeaders,
    multipart: { file: 'file', fields: z.object({ title: optionalField(titleSchema) }) },
    body: z.object({ url: z.string().trim().min(1).max(4000), title: titleSchema.optional() }).optional(),
    responses: {
      201: { description: 'The source is new', schema: addedSourceSchema },
      200: { description: 'It was there already', schema: addedSourceSchema },
    },
    errors: ['lecture_not_found', 'url_invalid', ...mediaErrors],
  }),
  transcribe: defineOperation({
    operationId: 'transcribe',
    method: 'POST',
    path: '/lectures/{lectureId}/transcribe',
    summary: 'Transcribe a recording',
    description:
      'Takes the recording named by `source`, else the first without a transcript, else the first. ' +
      'What an earlier try finished is not done again.',
    tags: ['Recordings'],
    access: may.transcribe,
    params,
    query: z.object({
      model: z
        .string()
        .regex(/^[\w.:/-]{1,100}$/, 'must be the name of a model')
        .optional()
        .describe('A size or name the engine maps: `base`, `large-v3`; one that is not here is fetched first'),
      source: idSchema.optional(),
      language: languageSchema.optional(),
      task: z
        .enum(['transcribe', 'translate'])
        .default('transcribe')
        .describe('`translate` writes English whatever is spoken, with models that can'),
    }),
    headers: idempotencyHeaders,
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: [
      'lecture_not_found',
      'source_not_found',
      'nothing_to_transcribe',
      'audio_removed',
      'engine_unavailable',
      'model_unavailable',
      'model_missing',
    ],
  }),
  getTranscript: defineOperation({
    operationId: 'getTranscript',
    method: 'GET',
    path: '/lectures/{lectureId}/transcript',
    summary: 'What was said, word by word',
    description: 'The newest version of the first source that has one, unless `source` and `version` say otherwise.',
    tags: ['Recordings'],
    access: may.view,
    params,
    query: z.object({
      source: idSchema.optional(),
      version: z.coerce.number<string | number>().int().min(1).max(1_000_000).optional(),
    }),
    responses: { 200: { description: 'The transcript', schema: transcriptSchema } },
    errors: ['lecture_not_found', 'source_not_found', 'transcript_not_found'],
  }),
  getCoverage: defineOperation({
    operationId: 'getCoverage',
    method: 'GET',
    path: '/lectures/{lectureId}/transcript/coverage',
    summary: 'How well a transcript covers its recording',
    description:
      'Speech without words, words without speech, unsure stretches, text that was left out and why, and the minutes worth ' +
      'listening to again. Of the newest version of the first source that has one, unless `source` and `version` say otherwise.',
    tags: ['Recordings'],
    access: may.view,
    params,
    query: z.object({
      source: idSchema.optional(),
      version: z.coerce.number<string | number>().int().min(1).max(1_000_000).optional(),
    }),
    responses: { 200: { description: 'The report', schema: coverageSchema } },
    errors: ['lecture_not_found', 'source_not_found', 'transcript_not_found', 'coverage_unknown'],
  }),
  getSourceText: defineOperation({
    operationId: 'getSourceText',
    method: 'GET',
    path: '/lectures/{lectureId}/sources/{sourceId}/text',
    summary: 'The text of a document',
    description: 'Page by page, the newest version unless `version` says otherwise.',
    tags: ['Recordings'],
    access: may.view,
    params: sourceParams,
    query: z.object({ version: z.coerce.number<string | number>().int().min(1).max(1_000_000).optional() }),
    responses: { 200: { description: 'The text', schema: documentTextSchema } },
    errors: ['lecture_not_found', 'source_not_found', 'transcript_not_found'],
  }),
  getSourceFile: defineOperation({
    operationId: 'getSourceFile',
    method: 'GET',
    path: '/lectures/{lectureId}/sources/{sourceId}/file',
    summary: 'The file of a source as it came in',
    description:
      'Byte ranges, `ETag`, `If-Range` and HEAD are understood. PDF, sound and video are shown, all else is offered for download.',
    tags: ['Recordings'],
    access: may.view,
    params: sourceParams,
    responses: {
      200: { description: 'The whole file', mediaType: 'application/octet-stream' },
      206: { description: 'The bytes of the range', mediaType: 'application/octet-stream' },
      304: { description: 'Unchanged since the `ETag` the client has' },
      307: inBucket,
    },
    errors: ['lecture_not_found', 'source_not_found', 'audio_removed', 'range_not_satisfiable'],
  }),
  getAudio: defineOperation({
    operationId: 'getAudio',
    method: 'GET',
    path: '/lectures/{lectureId}/audio',
    summary: 'Play a recording',
    description: 'Byte ranges, `ETag`, `If-Range` and HEAD are understood. The type is the one the bytes have.',
    tags: ['Recordings'],
    access: may.view,
    params,
    query: z.object({ source: idSchema.optional() }),
    responses: audioResponses,
    errors: ['lecture_not_found', 'source_not_found', 'audio_removed', 'range_not_satisfiable'],
  }),
} as const;
