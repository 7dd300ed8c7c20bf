import { z } from 'zod';
import { wordSchema } from '@scholium/contract';

const spanSchema = z.object({ startMs: z.number(), endMs: z.number() });

/** What an engine heard in one chunk, as it is stored the moment it is there. */
export const heardPartSchema = z.object({
  /** Where speech was found in the chunk, in order, in milliseconds of the recording. */
  utterances: z.array(spanSchema),
  words: z.array(wordSchema),
  /** ISO 639-1, where the engine tells. */
  language: z.string().nullable().default(null),
  /** How likely nothing was said (0..1), where the engine tells. */
  noSpeech: z.number().nullable().default(null),
});
export type HeardPart = z.infer<typeof heardPartSchema>;
