import { z } from 'zod';
import { may } from '../access.ts';
import { idempotencyHeaders, idSchema } from '../fields.ts';
import { liveMarksSchema, liveSchema, newLiveSchema } from '../live.ts';
import { defineOperation } from '../operation.ts';

const params = z.object({ liveId: idSchema });

export const liveOperations = {
  beginLive: defineOperation({
    operationId: 'beginLive',
    method: 'POST',
    path: '/live',
    summary: 'Begin to record',
    description:
      'Makes a lecture, or takes one that exists, and a live recording in it. Its sound goes to the WebSocket `/api/live/{liveId}/sound` as binary ' +
      'messages of at most 64 KiB; `{"type":"mark","label":"lost"}` marks this moment, `{"type":"stop"}` ends it. The server says `ready`, `saved`, ' +
      '`partial`, `final`, `behind`, `level`, `marked`, `error` and `done`. What was `saved` is safe; after a broken line send from the `offsetBytes` of ' +
      '`ready` on. A recording nobody comes back to is closed by itself. Afterwards it is transcribed like any other.',
    tags: ['Recordings'],
    access: may.transcribe,
    headers: idempotencyHeaders,
    body: newLiveSchema,
    responses: { 201: { description: 'It is open', schema: liveSchema } },
    errors: ['too_many_live', 'lecture_conflict', 'course_not_found', 'preset_not_found', 'storage_full', 'storage_unavailable'],
  }),
  getLive: defineOperation({
    operationId: 'getLive',
    method: 'GET',
    path: '/live/{liveId}',
    summary: 'How a live recording is going',
    description: 'How much is stored, the draft of what was said, the marks, and what became of it.',
    tags: ['Recordings'],
    access: may.read,
    params,
    responses: { 200: { description: 'The live recording', schema: liveSchema } },
    errors: ['live_not_found'],
  }),
  stopLive: defineOperation({
    operationId: 'stopLive',
    method: 'POST',
    path: '/live/{liveId}/stop',
    summary: 'End a live recording',
    description: 'What is stored becomes a recording of the lecture and is transcribed. Asked again, it changes nothing.',
    tags: ['Recordings'],
    access: may.transcribe,
    params,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The live recording', schema: liveSchema } },
    errors: ['live_not_found'],
  }),
  listMarks: defineOperation({
    operationId: 'listMarks',
    method: 'GET',
    path: '/lectures/{lectureId}/marks',
    summary: 'Moments that were marked while a lecture was recorded',
    description: 'By their time in the recording.',
    tags: ['Recordings'],
    access: may.view,
    params: z.object({ lectureId: idSchema }),
    responses: { 200: { description: 'The marks', schema: liveMarksSchema } },
    errors: ['lecture_not_found'],
  }),
} as const;
