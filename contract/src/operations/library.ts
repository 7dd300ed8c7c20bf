import { z } from 'zod';
import { idempotencyHeaders, idSchema, pageQuery, pageReply, titleSchema } from '../fields.ts';
import {
  courseSchema,
  lectureSchema,
  lectureWithSourcesSchema,
  sourceSchema,
  trashedSchema,
  trashItemSchema,
} from '../library.ts';
import { defineOperation } from '../operation.ts';

const courseParams = z.object({ courseId: idSchema });
const lectureParams = z.object({ lectureId: idSchema });
const sourceParams = z.object({ lectureId: idSchema, sourceId: idSchema });
const listing = z.object(pageQuery);
const trashed = { description: 'In the trash now', schema: trashedSchema, trashItemSchema } as const;

const courseOperations = {
  listCourses: defineOperation({
    operationId: 'listCourses',
    method: 'GET',
    path: '/courses',
    summary: 'Courses, newest first',
    description: 'A course holds lectures.',
    tags: ['Library'],
    query: listing,
    responses: {
      200: { description: 'A page of courses', schema: z.object({ courses: z.array(courseSchema), ...pageReply }) },
    },
    errors: [],
  }),
  createCourse: defineOperation({
    operationId: 'createCourse',
    method: 'POST',
    path: '/courses',
    summary: 'Create a course',
    description: 'The id is made by the server unless it is given.',
    tags: ['Library'],
    headers: idempotencyHeaders,
    body: z.object({ id: idSchema.optional(), title: titleSchema }),
    responses: { 201: { description: 'The course', schema: courseSchema } },
    errors: ['course_conflict'],
  }),
  getCourse: defineOperation({
    operationId: 'getCourse',
    method: 'GET',
    path: '/courses/{courseId}',
    summary: 'A course',
    description: 'Its lectures are listed by `GET /lectures?courseId=`.',
    tags: ['Library'],
    params: courseParams,
    responses: { 200: { description: 'The course', schema: courseSchema } },
    errors: ['course_not_found'],
  }),
  updateCourse: defineOperation({
    operationId: 'updateCourse',
    method: 'PATCH',
    path: '/courses/{courseId}',
    summary: 'Rename a course',
    description: 'The id stays.',
    tags: ['Library'],
    params: courseParams,
    body: z.object({ title: titleSchema }),
    responses: { 200: { description: 'The course', schema: courseSchema } },
    errors: ['course_not_found'],
  }),
  deleteCourse: defineOperation({
    operationId: 'deleteCourse',
    method: 'DELETE',
    path: '/courses/{courseId}',
    summary: 'Put a course into the trash',
    description: 'With all its lectures. It can be restored for 7 days.',
    tags: ['Library'],
    params: courseParams,
    responses: { 200: trashed },
    errors: ['course_not_found'],
  }),
  restoreCourse: defineOperation({
    operationId: 'restoreCourse',
    method: 'POST',
    path: '/courses/{courseId}/restore',
    summary: 'Take a course out of the trash',
    description: 'With what was deleted along with it.',
    tags: ['Library'],
    params: courseParams,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The course', schema: courseSchema } },
    errors: ['course_not_found'],
  }),
} as const;

const lectureOperations = {
  listLectures: defineOperation({
    operationId: 'listLectures',
    method: 'GET',
    path: '/lectures',
    summary: 'Lectures, newest first',
    description: 'Of one course with `courseId`.',
    tags: ['Library'],
    query: listing.extend({ courseId: idSchema.optional() }),
    responses: {
      200: { description: 'A page of lectures', schema: z.object({ lectures: z.array(lectureSchema), ...pageReply }) },
    },
    errors: ['course_not_found'],
  }),
  createLecture: defineOperation({
    operationId: 'createLecture',
    method: 'POST',
    path: '/lectures',
    summary: 'Make a lecture without a recording',
    description:
      'To add documents, web pages or recordings to with `POST /lectures/{lectureId}/sources`. Unknown course ids are created.',
    tags: ['Library'],
    headers: idempotencyHeaders,
    body: z.object({
      id: idSchema.optional(),
      title: titleSchema,
      courseId: idSchema.optional(),
      presetId: idSchema.optional(),
    }),
    responses: { 201: { description: 'The lecture', schema: lectureSchema } },
    errors: ['lecture_conflict', 'course_not_found', 'preset_not_found'],
  }),
  getLecture: defineOperation({
    operationId: 'getLecture',
    method: 'GET',
    path: '/lectures/{lectureId}',
    summary: 'A lecture with its sources',
    description: 'Sources are listed oldest first.',
    tags: ['Library'],
    params: lectureParams,
    responses: { 200: { description: 'The lecture', schema: lectureWithSourcesSchema } },
    errors: ['lecture_not_found'],
  }),
  updateLecture: defineOperation({
    operationId: 'updateLecture',
    method: 'PATCH',
    path: '/lectures/{lectureId}',
    summary: 'Rename a lecture, move it, change its preset or pin it',
    description: 'What is left out stays. A pinned lecture is exempt from retention.',
    tags: ['Library'],
    params: lectureParams,
    body: z
      .object({
        title: titleSchema.optional(),
        presetId: idSchema.optional(),
        courseId: idSchema.optional(),
        pinned: z.boolean().optional(),
      })
      .refine(
        (change) => Object.values(change).some((value) => value !== undefined),
        'must name title, presetId, courseId or pinned',
      ),
    responses: { 200: { description: 'The lecture', schema: lectureSchema } },
    errors: ['lecture_not_found', 'course_not_found', 'preset_not_found'],
  }),
  deleteLecture: defineOperation({
    operationId: 'deleteLecture',
    method: 'DELETE',
    path: '/lectures/{lectureId}',
    summary: 'Put a lecture into the trash',
    description: 'It can be restored for 7 days.',
    tags: ['Library'],
    params: lectureParams,
    responses: { 200: trashed },
    errors: ['lecture_not_found'],
  }),
  restoreLecture: defineOperation({
    operationId: 'restoreLecture',
    method: 'POST',
    path: '/lectures/{lectureId}/restore',
    summary: 'Take a lecture out of the trash',
    description: 'With what was deleted along with it.',
    tags: ['Library'],
    params: lectureParams,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The lecture', schema: lectureSchema } },
    errors: ['lecture_not_found', 'course_not_found'],
  }),
} as const;

const sourceOperations = {
  listSources: defineOperation({
    operationId: 'listSources',
    method: 'GET',
    path: '/lectures/{lectureId}/sources',
    summary: 'The recordings and documents of a lecture',
    description: 'Oldest first.',
    tags: ['Library'],
    params: lectureParams,
    responses: { 200: { description: 'The sources', schema: z.object({ sources: z.array(sourceSchema) }) } },
    errors: ['lecture_not_found'],
  }),
  deleteSource: defineOperation({
    operationId: 'deleteSource',
    method: 'DELETE',
    path: '/lectures/{lectureId}/sources/{sourceId}',
    summary: 'Put a source into the trash',
    description: 'It can be restored for 7 days.',
    tags: ['Library'],
    params: sourceParams,
    responses: { 200: trashed },
    errors: ['lecture_not_found', 'source_not_found'],
  }),
  restoreSource: defineOperation({
    operationId: 'restoreSource',
    method: 'POST',
    path: '/lectures/{lectureId}/sources/{sourceId}/restore',
    summary: 'Take a source out of the trash',
    description: 'With its sound and its transcript, if retention put them there. The lecture must not be in the trash itself.',
    tags: ['Library'],
    params: sourceParams,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'The source', schema: sourceSchema } },
    errors: ['lecture_not_found', 'source_not_found'],
  }),
  listTrash: defineOperation({
    operationId: 'listTrash',
    method: 'GET',
    path: '/trash',
    summary: 'What is in the trash',
    description: 'What was deleted by itself, newest first. Each is gone for good at `restorableUntil`.',
    tags: ['Library'],
    responses: { 200: { description: 'The trash', schema: z.object({ items: z.array(trashItemSchema) }) } },
    errors: [],
  }),
} as const;

export const libraryOperations = { ...courseOperations, ...lectureOperations, ...sourceOperations } as const;
