import { exportTypes } from '@scholium/contract';
import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

export const exportLecturePayloadSchema = z.object({
  lectureId: z.string(),
  types: z.array(z.enum(exportTypes)).min(1).readonly(),
});
export type ExportLecturePayload = z.infer<typeof exportLecturePayloadSchema>;

export const exportLectureJob: JobKind<ExportLecturePayload> = {
  kind: 'export',
  payload: exportLecturePayloadSchema,
  lane: 'light',
  maxAttempts: 3,
  timeoutMs: 10 * 60_000,
};
