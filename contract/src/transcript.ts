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
  /** A name where somebody gave one, else a label such as `S1`; null when nobody told speakers apart. */
  speaker: z.string().nullable(),
  text: z.string(),
  confidence: z.number().min(0).max(1),
  words: z.array(wordSchema),
  /** What stored versions call the speaker, where a name stands in its place. */
  speakerLabel: z.string().optional(),
  /** ISO 639-1, where an engine heard another language here than in most of the recording. */
  language: z.string().optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

export const transcriptSchema = z.object({
  lectureId: z.string(),
  sourceId: z.string(),
  version: z.number().int().min(1),
  /** `machine`: what an engine heard; `import`: captions or a file brought in; `corrected`: one of those with people's corrections. */
  origin: z.enum(['machine', 'import', 'corrected']),
  /** The version whose words these are, below corrections and speakers; null when they are its own. */
  baseVersion: z.number().int().min(1).nullable(),
  /** `translate`: spoken in `language`, written in English. */
  task: z.enum(['transcribe', 'translate']),
  engine: z.string(),
  model: z.string(),
  /** ISO 639-1 of what is spoken; `und` when nobody said. */
  language: z.string(),
  durationMs: z.number().int().min(0),
  /** True for engines whose text is a draft and must be shown as such. */
  draftQuality: z.boolean(),
  segments: z.array(segmentSchema),
});
export type Transcript = z.infer<typeof transcriptSchema>;

/** Why text that an engine gave was left out. */
export const removalReasonSchema = z.enum(['repetition', 'no-speech', 'outside-speech']);
export type RemovalReason = z.infer<typeof removalReasonSchema>;

const timeSpanSchema = z.object({ startMs: z.number().int().min(0), endMs: z.number().int().min(0) });

/** What is known of how a transcript was made; kept with its version and never changed. */
export const transcriptFindingsSchema = z.object({
  /** Where speech was found, in order. */
  speech: z.array(timeSpanSchema),
  /** Where one engine chunk ends and the next begins. */
  seams: z.array(z.number().int().min(0)),
  /** Text that an engine gave where nothing was said, or gave over and over. */
  removed: z.array(timeSpanSchema.extend({ text: z.string(), reason: removalReasonSchema })),
  /** Terms of the course that were written where something was heard that sounds like them. */
  repaired: z.array(timeSpanSchema.extend({ heard: z.string(), written: z.string() })),
});
export type TranscriptFindings = z.infer<typeof transcriptFindingsSchema>;

export const coverageReasonSchema = z.enum(['speech-without-words', 'words-without-speech', 'low-confidence', 'removed', 'seam']);
export type CoverageReason = z.infer<typeof coverageReasonSchema>;

/** How well a transcript covers its recording, and where a person should listen again. Spans are in order. */
export const coverageSchema = z.object({
  sourceId: z.string(),
  version: z.number().int().min(1).describe('The version an engine made; corrections do not change what it heard'),
  durationMs: z.number().int().min(0),
  speechMs: z.number().int().min(0).describe('How much speech the detector found'),
  coveredMs: z.number().int().min(0).describe('How much of it has words'),
  words: z.number().int().min(0),
  confidence: z.number().min(0).max(1).nullable().describe("The mean of all words'; null without words"),
  speechWithoutWords: z.array(timeSpanSchema),
  wordsWithoutSpeech: z.array(timeSpanSchema),
  lowConfidence: z.array(timeSpanSchema),
  removed: transcriptFindingsSchema.shape.removed,
  repaired: transcriptFindingsSchema.shape.repaired,
  seams: transcriptFindingsSchema.shape.seams,
  worstMinutes: z
    .array(timeSpanSchema.extend({ score: z.number().min(0), reasons: z.array(coverageReasonSchema) }))
    .describe('At most ten, the worst first'),
});
export type Coverage = z.infer<typeof coverageSchema>;
