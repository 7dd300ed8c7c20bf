import { z } from 'zod';
import { citationSchema } from './citation.ts';

/** Indexes into the artifact's `citations`. An item with none is never stored. */
const cites = z.array(z.number().int().min(0)).min(1);
const text = z.string().min(1);

export const summaryContentSchema = z.object({ passages: z.array(z.object({ text, cites })) });
export const outlineContentSchema = z.object({
  sections: z.array(z.object({ title: text, points: z.array(z.object({ text, cites })) })),
});
export const chaptersContentSchema = z.object({
  chapters: z.array(
    z.object({
      title: text,
      startMs: z.number().int().min(0).nullable(),
      endMs: z.number().int().min(0).nullable(),
      page: z.number().int().min(1).nullable(),
      cites,
    }),
  ),
});
export const keyTermsContentSchema = z.object({
  terms: z.array(z.object({ term: text, explanation: text, cites })),
});
export const flashcardsContentSchema = z.object({
  cards: z.array(z.object({ front: text, back: text, cites })),
});
export const practiceQuestionsContentSchema = z.object({
  questions: z.array(
    z.object({
      type: z.enum(['multiple-choice', 'short-answer']),
      question: text,
      /** The choices in the order they are shown; empty for short answers. Holds `answer`. */
      options: z.array(text),
      answer: text,
      cites,
    }),
  ),
});

/** The content of each artifact kind. A kind is added here once and validated everywhere. */
export const artifactContentSchemas = {
  summary: summaryContentSchema,
  outline: outlineContentSchema,
  chapters: chaptersContentSchema,
  key_terms: keyTermsContentSchema,
  flashcards: flashcardsContentSchema,
  practice_questions: practiceQuestionsContentSchema,
} as const;

export type ArtifactContents = { [K in keyof typeof artifactContentSchemas]: z.infer<(typeof artifactContentSchemas)[K]> };
export type ArtifactKind = keyof ArtifactContents;
export const artifactKinds = Object.keys(artifactContentSchemas) as [ArtifactKind, ...ArtifactKind[]]; // Object.keys widens to string[]
export const artifactKindSchema = z.enum(artifactKinds);

export const artifactSchema = z.object({
  id: z.string(),
  kind: artifactKindSchema,
  title: z.string(),
  engine: z.string(),
  model: z.string(),
  presetId: z.string(),
  presetVersion: z.number().int().min(1),
  transcriptVersion: z.number().int().min(0),
  createdAt: z.iso.datetime(),
  content: z.union([
    summaryContentSchema,
    chaptersContentSchema,
    outlineContentSchema,
    keyTermsContentSchema,
    flashcardsContentSchema,
    practiceQuestionsContentSchema,
  ]),
  citations: z.array(citationSchema),
});
