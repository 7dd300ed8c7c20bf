import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const correctEverywherePayloadSchema = z.object({
  courseId: z.string(),
  from: z.string(),
  to: z.string(),
  by: z.string(),
});
export type CorrectEverywherePayload = z.infer<typeof correctEverywherePayloadSchema>;

/** One correction in all transcripts of a course. */
export const correctEverywhereJob: JobKind<CorrectEverywherePayload> = {
  kind: 'correct-everywhere',
  payload: correctEverywherePayloadSchema,
  lane: 'light',
  // What is corrected is not found again.
  maxAttempts: 5,
  timeoutMs: 0,
};
