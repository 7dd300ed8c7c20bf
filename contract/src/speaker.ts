import { z } from 'zod';

/** Somebody who speaks in a recording. */
export const speakerSchema = z.object({
  label: z.string().describe('What stored versions of the transcript call the speaker: `S1`'),
  name: z.string().nullable().describe('Null: nobody has said'),
  byVoice: z.boolean().describe('The name was taken over from another recording of the course because the voices are alike'),
  colour: z.number().int().min(0).describe('From 0, each speaker of a recording another'),
  engine: z.string().nullable().describe('What told the speaker apart; null when a person or a file did'),
  approximate: z.boolean().describe('Only roughly right, and to be shown so'),
  speechMs: z.number().int().min(0).describe('How long the engine heard the speaker; 0 for those it did not find'),
  words: z.number().int().min(0).describe('In the newest version of the transcript'),
});
export type SpeakerReply = z.infer<typeof speakerSchema>;

export const speakersSchema = z.object({
  sourceId: z.string(),
  version: z.number().int().min(1).describe('Of the transcript whose words are counted'),
  speakers: z.array(speakerSchema),
});
export type SpeakersReply = z.infer<typeof speakersSchema>;

/** What people type: one line. */
export const speakerNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must be one line');
