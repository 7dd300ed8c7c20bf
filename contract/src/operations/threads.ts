import { z } from 'zod';
import { idempotencyHeaders, idSchema, pageQuery, pageReply, titleSchema } from '../fields.ts';
import { trashedSchema } from '../library.ts';
import { defineOperation } from '../operation.ts';
import { chatQuestionSchema, messageSchema, newThreadSchema, questionSchema, threadSchema } from '../thread.ts';

const params = z.object({ threadId: idSchema });
const conversation = z.object({ thread: threadSchema, messages: z.array(messageSchema) });

export const threadOperations = {
  createThread: defineOperation({
    operationId: 'createThread',
    method: 'POST',
    path: '/threads',
    summary: 'Begin a conversation',
    description: 'About some lectures, a course, or everything.',
    tags: ['Chat'],
    headers: idempotencyHeaders,
    body: newThreadSchema.optional(),
    responses: { 201: { description: 'The conversation', schema: threadSchema } },
    errors: ['lecture_not_found', 'course_not_found'],
  }),
  listThreads: defineOperation({
    operationId: 'listThreads',
    method: 'GET',
    path: '/threads',
    summary: 'Conversations',
    description: 'The one with the newest message first. `q` looks in titles and messages.',
    tags: ['Chat'],
    query: z.object({
      q: z.string().trim().min(1).max(200).optional(),
      lectureId: idSchema.optional(),
      courseId: idSchema.optional(),
      ...pageQuery,
    }),
    responses: { 200: { description: 'A page of them', schema: z.object({ threads: z.array(threadSchema), ...pageReply }) } },
    errors: [],
  }),
  getThread: defineOperation({
    operationId: 'getThread',
    method: 'GET',
    path: '/threads/{threadId}',
    summary: 'A conversation with its messages',
    description: 'Oldest message first.',
    tags: ['Chat'],
    params,
    responses: { 200: { description: 'The conversation', schema: conversation } },
    errors: ['thread_not_found'],
  }),
  renameThread: defineOperation({
    operationId: 'renameThread',
    method: 'PATCH',
    path: '/threads/{threadId}',
    summary: 'Rename a conversation',
    description: 'Its messages stay as they are.',
    tags: ['Chat'],
    params,
    body: z.object({ title: titleSchema }),
    responses: { 200: { description: 'The conversation', schema: threadSchema } },
    errors: ['thread_not_found'],
  }),
  deleteThread: defineOperation({
    operationId: 'deleteThread',
    method: 'DELETE',
    path: '/threads/{threadId}',
    summary: 'Put a conversation into the trash',
    description: 'It can be restored for 7 days.',
    tags: ['Chat'],
    params,
    responses: { 200: { description: 'Until when it can be restored', schema: trashedSchema } },
    errors: ['thread_not_found'],
  }),
  restoreThread: defineOperation({
    operationId: 'restoreThread',
    method: 'POST',
    path: '/threads/{threadId}/restore',
    summary: 'Take a conversation out of the trash',
    description: 'With all its messages.',
    tags: ['Chat'],
    params,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The conversation', schema: threadSchema } },
    errors: ['thread_not_found'],
  }),
  askThread: defineOperation({
    operationId: 'askThread',
    method: 'POST',
    path: '/threads/{threadId}/messages',
    summary: 'Ask in a conversation',
    description: 'Answers with what was said before in mind. Every answer cites the places it comes from.',
    tags: ['Chat'],
    params,
    headers: idempotencyHeaders,
    body: z.object({ question: questionSchema }),
    responses: { 200: { description: 'The answer', schema: messageSchema } },
    errors: [
      'thread_not_found',
      'search_unavailable',
      'model_unreachable',
      'model_rate_limited',
      'model_refused',
      'switched_off',
    ],
  }),
  askStream: defineOperation({
    operationId: 'askStream',
    method: 'POST',
    path: '/chat/ask/stream',
    summary: 'Ask, and read the answer as it is made',
    description:
      'Server-sent events `start`, `sources`, `delta`, `citation`, `usage`, `done`, `error`; the shapes are `chatEventSchemas` of the contract. ' +
      'Without `threadId` a conversation is begun. Closing the connection stops the answer; what was said is kept.',
    tags: ['Chat'],
    headers: idempotencyHeaders,
    body: chatQuestionSchema,
    responses: { 200: { description: 'The events', mediaType: 'text/event-stream' } },
    errors: ['thread_not_found', 'lecture_not_found', 'course_not_found', 'switched_off'],
  }),
} as const;
