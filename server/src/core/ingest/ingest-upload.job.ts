import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const ingestUploadPayloadSchema = z.object({ uploadId: z.string() });
export type IngestUploadPayload = z.infer<typeof ingestUploadPayloadSchema>;

/** The bytes are safe and the work is copying: worth a few more tries than most. */
export const ingestUploadJob: JobKind<IngestUploadPayload> = {
  kind: 'ingest-upload',
  payload: ingestUploadPayloadSchema,
  lane: 'light',
  maxAttempts: 5,
  timeoutMs: 0,
};
