import { z } from 'zod';
import { may } from '../access.ts';
import { idempotencyHeaders, idSchema, pageQuery, pageReply } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { deadLetterSchema, deadLetterWithCauseSchema, queueSchema, retentionSchema } from '../operators.ts';

const params = z.object({ jobId: idSchema });

export const operatorOperations = {
  listDeadLetters: defineOperation({
    operationId: 'listDeadLetters',
    method: 'GET',
    path: '/admin/dead-letters',
    summary: 'Jobs that used up their tries or failed for good, newest first',
    description: 'They are kept until they are replayed or dropped.',
    tags: ['Operators'],
    access: may.administer,
    query: z.object(pageQuery),
    responses: {
      200: { description: 'A page of dead letters', schema: z.object({ deadLetters: z.array(deadLetterSchema), ...pageReply }) },
    },
    errors: [],
  }),
  getDeadLetter: defineOperation({
    operationId: 'getDeadLetter',
    method: 'GET',
    path: '/admin/dead-letters/{jobId}',
    summary: 'A dead letter with its cause',
    description: '`cause` is the error as the worker saw it, with its stack.',
    tags: ['Operators'],
    access: may.administer,
    params,
    responses: { 200: { description: 'The dead letter', schema: deadLetterWithCauseSchema } },
    errors: ['job_not_found'],
  }),
  replayDeadLetter: defineOperation({
    operationId: 'replayDeadLetter',
    method: 'POST',
    path: '/admin/dead-letters/{jobId}/replay',
    summary: 'Run a dead letter again',
    description: 'The same job, with all its tries before it. What its steps finished is not done again.',
    tags: ['Operators'],
    access: may.administer,
    params,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'It waits again', schema: z.object({ jobId: z.string() }) } },
    errors: ['job_not_found', 'job_active'],
  }),
  replayAllDeadLetters: defineOperation({
    operationId: 'replayAllDeadLetters',
    method: 'POST',
    path: '/admin/dead-letters/replay-all',
    summary: 'Run all dead letters again',
    description: 'Those whose work is under way as another job are skipped.',
    tags: ['Operators'],
    access: may.administer,
    headers: idempotencyHeaders,
    responses: {
      200: {
        description: 'How many wait again',
        schema: z.object({ replayed: z.number().int().min(0), skipped: z.number().int().min(0) }),
      },
    },
    errors: [],
  }),
  dropDeadLetter: defineOperation({
    operationId: 'dropDeadLetter',
    method: 'DELETE',
    path: '/admin/dead-letters/{jobId}',
    summary: 'Forget a dead letter',
    description: 'For good. What the job finished stays.',
    tags: ['Operators'],
    access: may.administer,
    params,
    responses: { 200: { description: 'It is forgotten', schema: z.object({ dropped: z.literal(1) }) } },
    errors: ['job_not_found'],
  }),
  dropAllDeadLetters: defineOperation({
    operationId: 'dropAllDeadLetters',
    method: 'DELETE',
    path: '/admin/dead-letters',
    summary: 'Forget all dead letters',
    description: 'For good. What the jobs finished stays.',
    tags: ['Operators'],
    access: may.administer,
    responses: { 200: { description: 'How many are forgotten', schema: z.object({ dropped: z.number().int().min(0) }) } },
    errors: [],
  }),
  getQueue: defineOperation({
    operationId: 'getQueue',
    method: 'GET',
    path: '/admin/queue',
    summary: 'What waits and what runs',
    description: 'Counts by kind and status of all owners, and a page of the running jobs with their workers, newest first.',
    tags: ['Operators'],
    access: may.administer,
    query: z.object(pageQuery),
    responses: { 200: { description: 'The queue', schema: queueSchema.extend(pageReply) } },
    errors: [],
  }),
  applyRetention: defineOperation({
    operationId: 'applyRetention',
    method: 'POST',
    path: '/admin/retention',
    summary: 'Put what is old into the trash',
    description:
      'Sound after `PLC_RETENTION_RAW_AUDIO_DAYS`, transcripts after `PLC_RETENTION_TRANSCRIPT_DAYS`; pinned lectures are exempt. ' +
      'What was in the trash for 7 days is removed for good. With `dryRun` nothing is touched.',
    tags: ['Operators'],
    access: may.administer,
    headers: idempotencyHeaders,
    body: z.object({ dryRun: z.boolean().default(false) }),
    responses: { 200: { description: 'What went, or would go', schema: retentionSchema } },
    errors: [],
  }),
} as const;
