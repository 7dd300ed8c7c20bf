import { z } from 'zod';
import { may } from '../access.ts';
import { idempotencyHeaders, idSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { defineOperation } from '../operation.ts';
import { speakerNameSchema, speakerSchema, speakersSchema } from '../speaker.ts';

const params = z.object({ lectureId: idSchema });
const query = z.object({ source: idSchema.optional().describe('The recording; the first that has a transcript when left out') });
const labelSchema = z.string().min(1).max(100);
const timeSchema = z.number().int().min(0).max(1_000_000_000);

const changedSchema = z.object({
  sourceId: z.string(),
  version: z.number().int().min(1).describe('The newest version now'),
});
const transcriptErrors = ['lecture_not_found', 'source_not_found', 'transcript_not_found'] as const;

export const speakerOperations = {
  diarize: defineOperation({
    operationId: 'diarize',
    method: 'POST',
    path: '/lectures/{lectureId}/diarize',
    summary: 'Find out who speaks when',
    description:
      'Follows each transcription by itself; asked for again with the number of speakers where that is known. Speakers who were found before ' +
      'keep their labels and names; words that a person gave to somebody stay so.',
    tags: ['Recordings'],
    access: may.transcribe,
    params,
    headers: idempotencyHeaders,
    query: query.extend({
      speakers: z.coerce.number<string | number>().int().min(1).max(50).optional().describe('How many people speak'),
    }),
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: [...transcriptErrors, 'nothing_to_transcribe', 'audio_removed', 'engine_unavailable'],
  }),
  listSpeakers: defineOperation({
    operationId: 'listSpeakers',
    method: 'GET',
    path: '/lectures/{lectureId}/speakers',
    summary: 'Who speaks in a recording',
    description: 'Everybody in the newest transcript, and those whom an engine heard, in the order of their colours.',
    tags: ['Recordings'],
    access: may.view,
    params,
    query,
    responses: { 200: { description: 'The speakers', schema: speakersSchema } },
    errors: [...transcriptErrors],
  }),
  nameSpeaker: defineOperation({
    operationId: 'nameSpeaker',
    method: 'PATCH',
    path: '/lectures/{lectureId}/speakers/{label}',
    summary: 'Say who a speaker is',
    description: 'The name shows in transcripts, exports and search at once; null takes it away. No version changes.',
    tags: ['Recordings'],
    access: may.edit,
    params: params.extend({ label: labelSchema }),
    query,
    body: z.object({ name: speakerNameSchema.nullable() }),
    responses: { 200: { description: 'The speaker', schema: speakerSchema.omit({ words: true }) } },
    errors: [...transcriptErrors, 'speaker_not_found'],
  }),
  mergeSpeakers: defineOperation({
    operationId: 'mergeSpeakers',
    method: 'POST',
    path: '/lectures/{lectureId}/speakers/merge',
    summary: 'Two speakers are one person',
    description: 'All that `from` says is said by `into`, in a new version of the transcript.',
    tags: ['Recordings'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    query,
    body: z.object({ from: labelSchema, into: labelSchema }),
    responses: { 200: { description: 'Merged', schema: changedSchema } },
    errors: [...transcriptErrors, 'speaker_not_found', 'transcript_conflict'],
  }),
  splitSpeaker: defineOperation({
    operationId: 'splitSpeaker',
    method: 'POST',
    path: '/lectures/{lectureId}/speakers/split',
    summary: 'One speaker is two people',
    description:
      'What `label` says in the given times becomes the words of a new speaker, in a new version of the transcript. Can be undone like a correction.',
    tags: ['Recordings'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    query,
    body: z.object({
      label: labelSchema,
      spans: z
        .array(z.object({ startMs: timeSchema, endMs: timeSchema }))
        .min(1)
        .max(1_000),
      name: speakerNameSchema.nullable().default(null),
    }),
    responses: { 200: { description: 'Split', schema: changedSchema.extend({ label: z.string() }) } },
    errors: [...transcriptErrors, 'speaker_not_found', 'transcript_conflict'],
  }),
} as const;
