import { z } from 'zod';
import { may } from '../access.ts';
import { idSchema } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { uploadSchema } from '../upload.ts';

export const uploadOperations = {
  getUpload: defineOperation({
    operationId: 'getUpload',
    method: 'GET',
    path: '/uploads/{uploadId}',
    summary: 'How a resumable upload is going',
    description:
      'Large files arrive by the tus protocol 1.0 (https://tus.io) at `/api/uploads`: `POST` begins one, `PATCH` adds bytes, ' +
      '`HEAD` tells how many are stored, `DELETE` gives it up. `Upload-Metadata` may hold `filename`, `courseId`, `lectureId`, `presetId` ' +
      'and `title`. With the `lectureId` of a lecture that exists the file is added to it, else it becomes a lecture. The answer to the ' +
      'last byte names the job that does so in `Scholium-Job-Id`. Uploads are kept for 24 hours after their last byte.',
    tags: ['Recordings'],
    access: may.read,
    params: z.object({ uploadId: idSchema }),
    responses: { 200: { description: 'The upload', schema: uploadSchema } },
    errors: ['upload_not_found'],
  }),
} as const;
