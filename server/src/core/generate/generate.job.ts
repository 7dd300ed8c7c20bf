import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const generatePayloadSchema = z.object({
  lectureId: z.string(),
  presetId: z.string(),
  /** Makes it again although the same was made before. */
  nonce: z.string().optional(),
});
export type GeneratePayload = z.infer<typeof generatePayloadSchema>;

export const generateJob: JobKind<GeneratePayload> = {
  kind: 'generate',
  payload: generatePayloadSchema,
  lane: 'light',
  maxAttempts: 3,
  timeoutMs: 0,
};
