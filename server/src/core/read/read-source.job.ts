import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const readSourcePayloadSchema = z.object({ sourceId: z.string() });
export type ReadSourcePayload = z.infer<typeof readSourcePayloadSchema>;

export const readSourceJob: JobKind<ReadSourcePayload> = {
  kind: 'read',
  payload: readSourcePayloadSchema,
  lane: 'light',
  maxAttempts: 5,
  timeoutMs: 10 * 60_000,
};
