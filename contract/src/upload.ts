import { z } from 'zod';
import { errorCodeSchema } from './problem.ts';
import { idSchema, instantSchema, titleSchema } from './fields.ts';

/** Where resumable uploads (the tus protocol) are made, under the API. */
export const UPLOADS_PATH = '/uploads';

/** The header that names the job, in the answer that says that the last byte is there. */
export const UPLOAD_JOB_HEADER = 'scholium-job-id';

export const uploadStatusSchema = z.enum(['receiving', 'complete', 'finished', 'failed', 'expired']);

/** How a resumable upload is going. */
export const uploadSchema = z.object({
  uploadId: z.string(),
  status: uploadStatusSchema.describe(
    '`receiving`: bytes are still to come; `complete`: the job `jobId` goes on with them; `finished`: it is a source; ' +
      '`failed`: it is not, `error` says why; `expired`: it was given up',
  ),
  offsetBytes: z.number().int().min(0).describe('So many bytes are stored'),
  sizeBytes: z.number().int().min(0).nullable().describe('null while the client has not said it'),
  fileName: z.string(),
  expiresAt: instantSchema.describe('It may be removed from then on; every byte that comes puts it off'),
  jobId: z.string().nullable(),
  lectureId: z.string().nullable(),
  sourceId: z.string().nullable(),
  error: z.object({ code: errorCodeSchema, detail: z.string() }).nullable(),
});
export type UploadReply = z.infer<typeof uploadSchema>;

const optional = <T extends z.ZodType>(schema: T) => schema.or(z.literal('').transform(() => undefined)).optional();
const name = optional(z.string());

/**
 * What `Upload-Metadata` may say, in camelCase or snake_case; other names are kept and mean nothing. `name` is what some
 * clients call the file.
 */
export const uploadMetadataSchema = z.object({
  filename: name,
  name,
  courseId: optional(idSchema),
  course_id: optional(idSchema),
  lectureId: optional(idSchema),
  lecture_id: optional(idSchema),
  presetId: optional(idSchema),
  preset_id: optional(idSchema),
  title: optional(titleSchema),
});
