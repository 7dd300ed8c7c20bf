import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { errorCodeSchema } from './problem.ts';

export const jobStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

/** A long task. `result` is filled when it succeeded, `error` when it failed. */
export const jobSchema = z.object({
  jobId: z.string(),
  kind: z.string(),
  lectureId: z.string().nullable(),
  sourceId: z.string().nullable(),
  status: jobStatusSchema,
  progress: z.number().min(0).max(1),
  message: z.string(),
  attempts: z.number().int().min(0),
  parentJobId: z.string().nullable(),
  executedBy: z.enum(['worker', 'inline']).nullable(),
  transitions: z.array(z.object({ status: jobStatusSchema, at: instantSchema })),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
  result: z.unknown().nullable(),
  error: z.object({ code: errorCodeSchema, detail: z.string() }).nullable(),
});
export type JobReply = z.infer<typeof jobSchema>;

/** What starting a job answers. */
export const jobStartedSchema = z.object({ jobId: z.string() });

/** The data of each server-sent event of a job, by event name. The event's id is its number within the job. */
export const jobEventSchemas = {
  status: z.object({ status: jobStatusSchema }),
  progress: z.object({ progress: z.number(), message: z.string() }),
  partial: z.object({ segments: z.array(z.object({ startMs: z.number(), endMs: z.number(), text: z.string() })) }),
} as const;
export type JobEventType = keyof typeof jobEventSchemas;

/** One event of a job as the client hands it out. */
export type JobEventReply = {
  [T in JobEventType]: { readonly seq: number; readonly type: T; readonly data: z.infer<(typeof jobEventSchemas)[T]> };
}[JobEventType];
