import { z } from 'zod';
import { may } from '../access.ts';
import { exportTypes } from '../export.ts';
import { idempotencyHeaders, idSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { defineOperation, inBucket } from '../operation.ts';

export const exportOperations = {
  exportLecture: defineOperation({
    operationId: 'exportLecture',
    method: 'POST',
    path: '/lectures/{lectureId}/export',
    summary: 'Make files of a lecture',
    description: `Types: ${exportTypes.join(', ')}; without a body all of them that hold something (text and subtitles need a transcript). The job's result lists \`exports: [{type, url, storagePath}]\`.`,
    tags: ['Exports'],
    access: may.view,
    params: z.object({ lectureId: idSchema }),
    headers: idempotencyHeaders,
    body: z
      .object({ types: z.array(z.string().min(1).max(40)).min(1, 'must name at least one type').max(20).optional() })
      .optional(),
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: ['lecture_not_found', 'transcript_not_found'],
  }),
  downloadExport: defineOperation({
    operationId: 'downloadExport',
    method: 'GET',
    path: '/exports/{lectureId}/{exportType}',
    summary: 'Download a file',
    description: 'The newest export of this type, as an attachment. Servers may lead to a signed address in their bucket (307).',
    tags: ['Exports'],
    access: may.view,
    params: z.object({ lectureId: idSchema, exportType: z.string().min(1).max(40) }),
    responses: { 200: { description: 'The file', mediaType: 'application/octet-stream' }, 307: inBucket },
    errors: ['lecture_not_found', 'export_not_found', 'source_not_found'],
  }),
} as const;
