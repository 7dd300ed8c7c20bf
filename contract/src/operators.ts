import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { jobSchema, jobStatusSchema } from './job.ts';

/** A job that used up its tries or failed for good. */
export const deadLetterSchema = jobSchema.extend({
  ownerId: z.string(),
  maxAttempts: z.number().int().min(1),
  deadLetteredAt: instantSchema,
});
export type DeadLetterReply = z.infer<typeof deadLetterSchema>;

/** With what operators need to find the fault: the error as the worker saw it, stack included. */
export const deadLetterWithCauseSchema = deadLetterSchema.extend({ cause: z.string().nullable() });

/** A job in the hands of a worker. */
export const runningJobSchema = z.object({
  jobId: z.string(),
  kind: z.string(),
  ownerId: z.string(),
  lectureId: z.string().nullable(),
  attempts: z.number().int().min(1),
  maxAttempts: z.number().int().min(1),
  progress: z.number().min(0).max(1),
  message: z.string(),
  workerId: z.string().nullable(),
  runningMs: z.number().int().min(0).describe('Since its newest try began'),
  leaseExpiresAt: instantSchema.nullable().describe('Another worker may take it then, unless its own gives a sign of life'),
});
export type RunningJobReply = z.infer<typeof runningJobSchema>;

/** What operators see of the jobs of one kind. */
export const kindFiguresSchema = z.object({
  kind: z.string(),
  queued: z.number().int().min(0),
  delayed: z.number().int().min(0).describe('Of those queued: to be tried again at a later time'),
  oldestQueuedMs: z
    .number()
    .int()
    .min(0)
    .describe('For how long the one that waits longest could have been taken; 0 when none does'),
  running: z.number().int().min(0),
  stalled: z.number().int().min(0).describe('Of those running: their worker was lost, and no other has taken them yet'),
  deadLetters: z.number().int().min(0),
});

/** Places for jobs, of all workers together. */
export const slotsSchema = z.object({
  lane: z.string(),
  kinds: z.array(z.string()).describe('Jobs of these kinds share the places'),
  used: z.number().int().min(0),
  total: z.number().int().min(0),
  workers: z.number().int().min(0),
});

export const queueSchema = z.object({
  slots: z
    .array(slotsSchema)
    .describe('By lane; none when no worker is there. A killed worker is counted for two and a half minutes more'),
  kinds: z.array(kindFiguresSchema).describe('By name; kinds that have jobs'),
  counts: z.array(z.object({ kind: z.string(), status: jobStatusSchema, count: z.number().int().min(0) })),
  deadLetters: z.number().int().min(0),
  oldestQueuedMs: z.number().int().min(0).describe('For how long the oldest job waits; 0 when none does'),
  running: z.array(runningJobSchema),
});
export type QueueReply = z.infer<typeof queueSchema>;

const retentionItemSchema = z.object({
  holding: z.enum(['audio', 'transcript']),
  ownerId: z.string(),
  lectureId: z.string(),
  sourceId: z.string(),
  title: z.string(),
  sizeBytes: z.number().int().min(0),
  since: instantSchema.describe('Kept since then; for what is removed: in the trash since then'),
});

const retentionShareSchema = z.object({
  count: z.number().int().min(0),
  sizeBytes: z.number().int().min(0),
  items: z.array(retentionItemSchema).describe('At most 1,000; all are counted'),
});

/** What retention took, or in a dry run would take. */
export const retentionSchema = z.object({
  dryRun: z.boolean(),
  rawAudioDays: z.number().int(),
  transcriptDays: z.number().int(),
  trashed: retentionShareSchema.describe('Into the trash, from which it can be restored for 7 days'),
  removed: retentionShareSchema.describe('Out of the trash, for good'),
});
export type RetentionReply = z.infer<typeof retentionSchema>;
