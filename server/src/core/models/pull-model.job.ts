import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const pullModelPayloadSchema = z.object({ modelId: z.string() });
export type PullModelPayload = z.infer<typeof pullModelPayloadSchema>;

export const pullModelJob: JobKind<PullModelPayload> = {
  kind: 'pull-model',
  payload: pullModelPayloadSchema,
  lane: 'download',
  // A try goes on after the bytes that are there.
  maxAttempts: 5,
  timeoutMs: 24 * 3_600_000,
};
