import { z } from 'zod';
import { sourceKindSchema } from './citation.ts';
import { instantSchema } from './fields.ts';

export const courseSchema = z.object({
  id: z.string(),
  title: z.string(),
  createdAt: instantSchema,
  deletedAt: instantSchema.nullable(),
});
export type CourseReply = z.infer<typeof courseSchema>;

/** A recording or document of a lecture. `transcriptVersion` is the newest, null while there is none. */
export const sourceSchema = z.object({
  id: z.string(),
  lectureId: z.string(),
  kind: sourceKindSchema,
  title: z.string(),
  fileName: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int().min(0),
  durationMs: z.number().int().min(0).nullable(),
  transcriptVersion: z.number().int().min(1).nullable(),
  textVersion: z
    .number()
    .int()
    .min(1)
    .nullable()
    .describe('Newest text of a document; null while it has none, and for recordings'),
  url: z.string().nullable().describe('Where a web page was asked for'),
  createdAt: instantSchema,
  deletedAt: instantSchema.nullable(),
});
export type SourceReply = z.infer<typeof sourceSchema>;

export const lectureSchema = z.object({
  id: z.string(),
  courseId: z.string(),
  presetId: z.string(),
  title: z.string(),
  pinned: z.boolean().describe('Retention leaves a pinned lecture alone'),
  createdAt: instantSchema,
  deletedAt: instantSchema.nullable(),
});
export type LectureReply = z.infer<typeof lectureSchema>;

export const lectureWithSourcesSchema = lectureSchema.extend({ sources: z.array(sourceSchema) });

/** What deleting answers: until when it can be taken back. */
export const trashedSchema = z.object({ id: z.string(), deletedAt: instantSchema, restorableUntil: instantSchema });
export type TrashedReply = z.infer<typeof trashedSchema>;

/** Something that was deleted by itself; what lay in it is restored with it. `audio` and `transcript` went by retention. */
export const trashItemSchema = z.object({
  type: z.enum(['course', 'lecture', 'source', 'audio', 'transcript']),
  id: z.string().describe('For `audio` and `transcript` that of the recording they belong to'),
  lectureId: z.string().nullable(),
  title: z.string(),
  deletedAt: instantSchema,
  restorableUntil: instantSchema,
});
export type TrashItemReply = z.infer<typeof trashItemSchema>;

export const presetSchema = z.object({ id: z.string(), title: z.string(), artifacts: z.array(z.string()) });
