import { z } from 'zod';
import { may } from '../access.ts';
import { idempotencyHeaders, idSchema, pageQuery, pageReply } from '../fields.ts';
import { jobSchema, jobStatusSchema } from '../job.ts';
import { defineOperation } from '../operation.ts';

const params = z.object({ jobId: idSchema });

export const jobOperations = {
  listJobs: defineOperation({
    operationId: 'listJobs',
    method: 'GET',
    path: '/jobs',
    summary: 'Jobs, newest first',
    description: 'Filters may be combined.',
    tags: ['Jobs'],
    access: may.read,
    query: z.object({
      status: jobStatusSchema.optional(),
      kind: idSchema.optional(),
      lectureId: idSchema.optional(),
      parentJobId: idSchema.optional(),
      ...pageQuery,
    }),
    responses: { 200: { description: 'A page of jobs', schema: z.object({ jobs: z.array(jobSchema), ...pageReply }) } },
    errors: [],
  }),
  getJob: defineOperation({
    operationId: 'getJob',
    method: 'GET',
    path: '/jobs/{jobId}',
    summary: 'How a job is going',
    description: '`result` is null until it succeeded, `error` until it failed.',
    tags: ['Jobs'],
    access: may.view,
    params,
    responses: { 200: { description: 'The job', schema: jobSchema } },
    errors: ['job_not_found'],
  }),
  cancelJob: defineOperation({
    operationId: 'cancelJob',
    method: 'POST',
    path: '/jobs/{jobId}/cancel',
    summary: 'Stop a job',
    description: 'A queued job is cancelled at once, a running one within a second or so. What was finished is kept.',
    tags: ['Jobs'],
    access: may.transcribe,
    params,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The job as it is now', schema: jobSchema } },
    errors: ['job_not_found', 'job_not_cancellable'],
  }),
  streamJobEvents: defineOperation({
    operationId: 'streamJobEvents',
    method: 'GET',
    path: '/jobs/{jobId}/events',
    summary: 'Follow a job live',
    description:
      'Server-sent events `status`, `progress` and `partial` (text as it is made). The id of an event is its number; ' +
      '`Last-Event-ID` goes on after it. The stream ends after the job has ended.',
    tags: ['Jobs'],
    access: may.view,
    params,
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}$/, 'must be the number of an event')
        .optional(),
    }),
    responses: {
      200: { description: 'The stream', mediaType: 'text/event-stream' },
      204: { description: 'The job has ended and `Last-Event-ID` was its last event' },
    },
    errors: ['job_not_found'],
  }),
} as const;
