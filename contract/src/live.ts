import { z } from 'zod';
import { idSchema, instantSchema, languageSchema, titleSchema } from './fields.ts';
import { errorCodeSchema } from './problem.ts';

/** Where the sound of a live recording goes, as a WebSocket, under the API. */
export function liveSoundPath(liveId: string): string {
  return `/live/${encodeURIComponent(liveId)}/sound`;
}

/** Bytes that one message of sound may hold; more are sent as several. */
export const MAX_LIVE_FRAME_BYTES = 64 * 1024;

/** Why the server closes the WebSocket, beside the codes of RFC 6455 (1000 done, 1001 and 1012 come back, 1011 and 1013 try later). */
export const liveCloseCodes = { invalid: 4400, notFound: 4404, idle: 4408, takenOver: 4409, ended: 4410 } as const;

export const liveFormatSchema = z
  .enum(['pcm', 'webm', 'ogg'])
  .describe('`pcm`: bare samples, 16 kHz, mono, signed 16 bit, low byte first; `webm`, `ogg`: Opus, as browsers record it');
export type LiveFormatName = z.infer<typeof liveFormatSchema>;

export const liveStatusSchema = z
  .enum(['open', 'closing', 'finished', 'failed'])
  .describe(
    '`open`: sound may come; `closing`: the job `jobId` makes a recording of it; `finished`: it did; `failed`: `error` says why not',
  );

const timeSchema = z.number().int().min(0).max(1_000_000_000);

export const newLiveSchema = z.object({
  courseId: idSchema.optional().describe('Made when it is not there'),
  lectureId: idSchema.optional().describe('Of the lecture that is made, or of one that exists and gets the recording'),
  presetId: idSchema.optional(),
  title: titleSchema.optional(),
  format: liveFormatSchema.default('pcm'),
  language: languageSchema.nullable().default(null).describe('null: engines find out'),
  engine: z
    .string()
    .min(1)
    .max(40)
    .nullable()
    .default(null)
    .describe('Engine of the live text; null takes the best that is ready'),
});

export const liveMarkSchema = z.object({
  id: z.string(),
  liveId: z.string(),
  lectureId: z.string(),
  sourceId: z.string().nullable().describe('The recording, once it is one'),
  atMs: timeSchema.describe('From the start of the recording'),
  label: z.string(),
  note: z.string().nullable(),
  createdAt: instantSchema,
});
export type LiveMarkReply = z.infer<typeof liveMarkSchema>;
export const liveMarksSchema = z.object({ marks: z.array(liveMarkSchema) });

export const liveLineSchema = z.object({ startMs: timeSchema, endMs: timeSchema, text: z.string() });
export type LiveLineReply = z.infer<typeof liveLineSchema>;

export const liveSchema = z.object({
  liveId: z.string(),
  lectureId: z.string(),
  status: liveStatusSchema,
  format: liveFormatSchema,
  language: z.string().nullable(),
  offsetBytes: z.number().int().min(0).describe('So many bytes of sound are stored: what is sent next begins there'),
  createdAt: instantSchema,
  soundAt: instantSchema.describe('When sound was last stored'),
  closesAt: instantSchema.nullable().describe('When it is closed by itself if no sound comes; null once it is closed'),
  endedAt: instantSchema.nullable(),
  jobId: z.string().nullable(),
  sourceId: z.string().nullable(),
  error: z.object({ code: errorCodeSchema, detail: z.string() }).nullable(),
  draft: z.array(liveLineSchema).describe('What was heard while it was recorded: a draft, never the transcript'),
  marks: z.array(liveMarkSchema),
});
export type LiveReply = z.infer<typeof liveSchema>;

/** JSON that the client may send beside its sound. */
export const liveMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('mark'),
    label: z.string().trim().min(1).max(40).describe('`lost`, `bookmark`, or what you like'),
    note: z.string().trim().min(1).max(500).nullable().default(null),
    atMs: timeSchema.optional().describe('Left out: this moment'),
  }),
  z.object({ type: z.literal('stop') }),
]);
export type LiveMessage = z.input<typeof liveMessageSchema>;

/** What the server says. */
export const liveEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready').describe('Send sound from `offsetBytes` on'),
    liveId: z.string(),
    lectureId: z.string(),
    format: liveFormatSchema,
    offsetBytes: z.number().int().min(0),
    text: z
      .enum(['live', 'later'])
      .describe('`later`: nothing is heard here and now, `reason` says why; the transcript comes as always'),
    reason: z.string().nullable(),
    engine: z.string().nullable(),
    partials: z.boolean().describe('Whether text comes before an utterance ends'),
  }),
  z.object({
    type: z.literal('level'),
    atMs: timeSchema,
    dbfs: z.number().describe('Loudness of the last second; -96 is silence'),
  }),
  z.object({ type: z.literal('partial'), startMs: timeSchema, text: z.string().describe('Replaces the last one') }),
  liveLineSchema.extend({ type: z.literal('final'), draft: z.literal(true) }),
  z.object({
    type: z.literal('behind').describe('The engine is slower than the sound, which is safe'),
    behindMs: timeSchema,
    skippedMs: timeSchema.describe('Sound that gets no live text; the transcript will have it'),
  }),
  z.object({ type: z.literal('later').describe('No more live text comes, and why'), reason: z.string() }),
  z.object({ type: z.literal('saved').describe('Safe, whatever happens now'), offsetBytes: z.number().int().min(0) }),
  z.object({ type: z.literal('marked'), mark: liveMarkSchema }),
  z.object({ type: z.literal('error'), code: errorCodeSchema, title: z.string(), detail: z.string() }),
  z.object({ type: z.literal('done'), status: liveStatusSchema, lectureId: z.string(), jobId: z.string().nullable() }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;
