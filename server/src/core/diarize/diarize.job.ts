import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';
import { MAX_SPEAKERS } from '../ports/diarizer.ts';

export const diarizePayloadSchema = z.object({
  sourceId: z.string(),
  /** How many people speak; null lets the engine find out. */
  speakers: z.number().int().min(1).max(MAX_SPEAKERS).nullable(),
});
export type DiarizePayload = z.infer<typeof diarizePayloadSchema>;

export const diarizeJob: JobKind<DiarizePayload> = {
  kind: 'diarize',
  payload: diarizePayloadSchema,
  lane: 'speech',
  maxAttempts: 3,
  timeoutMs: 0,
};
