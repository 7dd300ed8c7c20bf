import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const transcribePayloadSchema = z.object({
  sourceId: z.string(),
  /** A size or name that the engine maps; null takes its default. */
  model: z.string().nullable(),
  language: z.string().nullable(),
  /** Left out by jobs of before there was a choice. */
  task: z.enum(['transcribe', 'translate']).default('transcribe'),
});
export type TranscribePayload = z.infer<typeof transcribePayloadSchema>;

export const transcribeJob: JobKind<TranscribePayload> = {
  kind: 'transcribe',
  payload: transcribePayloadSchema,
  lane: 'speech',
  // A try goes on after the chunks that are done, so several tries cost little.
  maxAttempts: 5,
  timeoutMs: 0,
};
