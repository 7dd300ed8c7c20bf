import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const finishLivePayloadSchema = z.object({ liveId: z.string() });
export type FinishLivePayload = z.infer<typeof finishLivePayloadSchema>;

/** The sound is safe and the work is copying: worth a few more tries than most. */
export const finishLiveJob: JobKind<FinishLivePayload> = {
  kind: 'finish-live',
  payload: finishLivePayloadSchema,
  lane: 'light',
  maxAttempts: 5,
  timeoutMs: 0,
};
