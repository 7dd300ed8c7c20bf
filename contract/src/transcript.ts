import { z } from 'zod';

/** A word as the engine heard it. `confidence` is 0..1. Times are milliseconds from the start of the recording. */
export const wordSchema = z.object({
  text: z.string(),
  startMs: z.number().int().min(0),
  endMs: z.number().int().min(0),
  confidence: z.number().min(0).max(1),
});
export type Word = z.infer<typeof wordSchema>;

/** A sentence, or a piece of one that a pause ends. `text` is its words joined by single spaces. */
export const segmentSchema = z.object({
  id: z.number().int().min(0),
  startMs: z.number().int().min(0),
  endMs: z.number().int().min(0),
  speaker: z.string().nullable(),
  text: z.string(),
  confidence: z.number().min(0).max(1),
  words: z.array(wordSchema),
});
export type Segment = z.infer<typeof segmentSchema>;

export const transcriptSchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  version: z.number().int().min(1),
  engine: z.string(),
  model: z.string(),
  language: z.string(),
  durationMs: z.number().int().min(0),
  /** True for engines whose text is a draft and must be shown as such. */
  draftQuality: z.boolean(),
  segments: z.array(segmentSchema),
});
export type Transcript = z.infer<typeof transcriptSchema>;
