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
export const actionItemsContentSchema = z.object({
  items: z.array(
    z.object({
      task: text,
      /** As it was said: a name, or I, we, you. Null when nobody was named. */
      who: text.nullable(),
      /** As it was said: "by Friday". Null when no time was named. */
      due: text.nullable(),
      cites,
    }),
  ),
});
export const studyPlanContentSchema = z.object({
  /** In the order in which they are worked through. */
  sessions: z.array(
    z.object({
      title: text,
      goal: text,
      minutes: z.number().int().min(1),
      /** What to listen to or to read: a span of a recording, or pages from `page` on. */
      material: z.array(
        z.object({
          title: text,
          startMs: z.number().int().min(0).nullable(),
          endMs: z.number().int().min(0).nullable(),
          page: z.number().int().min(1).nullable(),
          cites,
        }),
      ),
      /** Fronts of the flashcards, and the practice questions, of the same run that are about the material. */
      cards: z.array(text),
      questions: z.array(text),
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
  action_items: actionItemsContentSchema,
  study_plan: studyPlanContentSchema,
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
    actionItemsContentSchema,
    studyPlanContentSchema,
  ]),
  citations: z.array(citationSchema),
});
