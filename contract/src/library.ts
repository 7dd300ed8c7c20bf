import { z } from 'zod';
import { sourceKindSchema } from './citation.ts';
import { artifactKinds, artifactKindSchema } from './artifact.ts';
import { instantSchema, titleSchema } from './fields.ts';

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
  type: z.enum(['course', 'lecture', 'source', 'audio', 'transcript', 'artifact']),
  id: z.string().describe('For `audio` and `transcript` that of the recording they belong to'),
  lectureId: z.string().nullable(),
  title: z.string(),
  deletedAt: instantSchema,
  restorableUntil: instantSchema,
});
export type TrashItemReply = z.infer<typeof trashItemSchema>;

/** How notes are made. The last three are for engines that write themselves; the extractive one only quotes. */
export const presetWishesSchema = z.object({
  title: titleSchema,
  artifacts: z.array(artifactKindSchema).min(1).max(artifactKinds.length),
  length: z.number().min(0.25).max(3).default(1).describe('Scales how many items each artifact holds'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag like en or pt-BR')
    .nullable()
    .default(null)
    .describe('null: the language of the lecture'),
  tone: z.string().trim().min(1).max(200).nullable().default(null),
  instructions: z.string().trim().min(1).max(2000).nullable().default(null),
});

/** What is left out stays: no defaults here. */
export const presetChangeSchema = z
  .object({
    title: titleSchema,
    artifacts: presetWishesSchema.shape.artifacts,
    length: z.number().min(0.25).max(3),
    language: presetWishesSchema.shape.language.unwrap(),
    tone: presetWishesSchema.shape.tone.unwrap(),
    instructions: presetWishesSchema.shape.instructions.unwrap(),
  })
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'must name something to change');

export const presetSchema = z.object({
  id: z.string(),
  title: z.string(),
  artifacts: z.array(z.string()),
  length: z.number(),
  language: z.string().nullable(),
  tone: z.string().nullable(),
  instructions: z.string().nullable(),
  version: z.number().int().min(1),
  builtIn: z.boolean().describe('Belongs to Scholium and cannot be changed'),
});
export type PresetReply = z.infer<typeof presetSchema>;
