import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const indexSourcePayloadSchema = z.object({
  sourceId: z.string(),
  /** The version of the text to index; when there is a newer one, there is nothing to do. */
  textVersion: z.number().int().min(1),
});
export type IndexSourcePayload = z.infer<typeof indexSourcePayloadSchema>;

export const indexSourceJob: JobKind<IndexSourcePayload> = {
  kind: 'index',
  payload: indexSourcePayloadSchema,
  lane: 'light',
  // A try goes on after the passages that have their vector.
  maxAttempts: 5,
  timeoutMs: 0,
};
