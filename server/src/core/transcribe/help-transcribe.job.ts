import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';
import { transcribePayloadSchema } from './transcribe.job.ts';

export const helpTranscribePayloadSchema = transcribePayloadSchema.extend({
  /** Where the job that is helped keeps its chunks. */
  outputKey: z.string(),
});
export type HelpTranscribePayload = z.infer<typeof helpTranscribePayloadSchema>;

/** Does chunks of a recording that another job, its parent, is transcribing. Its end, good or bad, changes nothing for that one. */
export const helpTranscribeJob: JobKind<HelpTranscribePayload> = {
  kind: 'transcribe-help',
  payload: helpTranscribePayloadSchema,
  lane: 'speech',
  maxAttempts: 2,
  timeoutMs: 0,
};
