import { z } from 'zod';

const wordIndex = z.number().int().min(0);

/** Words of the base version, by index, both ends included; `lastWord` = `firstWord` - 1 stands for the place before `firstWord`. */
const wordRange = { firstWord: wordIndex, lastWord: z.number().int().min(-1) };

/** What a person wrote in place of words of the base version. */
export const textPatchSchema = z.object({
  ...wordRange,
  /** Words with single spaces between them; empty leaves the words out. */
  text: z.string().max(20_000),
  /** What a newer machine version has in this place, when it is neither what it was nor what the person wrote; null otherwise. */
  conflict: z.string().nullable(),
});
export type TextPatch = z.infer<typeof textPatchSchema>;

/** Whose words they are, as a person said; null: nobody's. */
export const speakerPatchSchema = z.object({ ...wordRange, speaker: z.string().max(100).nullable() });
export type SpeakerPatch = z.infer<typeof speakerPatchSchema>;

/** From when to when somebody speaks, as a machine heard it. */
export const speakerTurnSchema = z.object({
  startMs: z.number().int().min(0),
  endMs: z.number().int().min(0),
  speaker: z.string(),
});
export type SpeakerTurn = z.infer<typeof speakerTurnSchema>;

/** All that is laid over the words of a base version. Patches are in order and do not overlap. */
export const revisionSchema = z.object({
  texts: z.array(textPatchSchema),
  speakers: z.array(speakerPatchSchema),
  turns: z.array(speakerTurnSchema),
});
export type Revision = z.infer<typeof revisionSchema>;

/** How a version came from the one before it; examples are for people. */
export const changeSchema = z.object({
  /** `edit`, `undo`: a person; `everywhere`: one correction over a course; `merge`: a new machine version; `speakers`: speakers were found. */
  kind: z.enum(['edit', 'undo', 'everywhere', 'merge', 'speakers']),
  /** Who did it; null when it was a machine. */
  by: z.string().nullable(),
  /** What stood there and what stands there now; at most 20. */
  examples: z.array(z.object({ startMs: z.number().int().min(0), before: z.string(), after: z.string() })),
  /** How many places changed. */
  places: z.number().int().min(0),
});
export type Change = z.infer<typeof changeSchema>;

/** A version of a transcript and how it came about. */
export const transcriptVersionSchema = z.object({
  version: z.number().int().min(1),
  origin: z.enum(['machine', 'import', 'corrected']),
  baseVersion: z.number().int().min(1).nullable(),
  createdAt: z.iso.datetime(),
  engine: z.string(),
  model: z.string(),
  /** Null for what an engine made or was brought in. */
  change: changeSchema.nullable(),
});
export type TranscriptVersion = z.infer<typeof transcriptVersionSchema>;
