import { z } from 'zod';
import { citationSchema, sourceKindSchema } from './citation.ts';

const text = z.string().min(1);
/** `person`: somebody wrote or changed this; left out where it is as it was generated. Set by the server. */
const by = z.literal('person').optional();
/** Indexes into the artifact's `citations`. */
const claim = { cites: z.array(z.number().int().min(0)), by };

/** What an engine writes rests on the text; what people add need not. */
function restsOnText({ cites, by }: { cites: number[]; by?: 'person' | undefined }): boolean {
  return cites.length > 0 || by === 'person';
}
const REST = { error: 'must name a citation' };

export const summaryContentSchema = z.object({ passages: z.array(z.object({ text, ...claim }).refine(restsOnText, REST)) });
export const outlineContentSchema = z.object({
  sections: z.array(z.object({ title: text, by, points: z.array(z.object({ text, ...claim }).refine(restsOnText, REST)) })),
});
export const chaptersContentSchema = z.object({
  chapters: z.array(
    z
      .object({
        title: text,
        startMs: z.number().int().min(0).nullable(),
        endMs: z.number().int().min(0).nullable(),
        page: z.number().int().min(1).nullable(),
        ...claim,
      })
      .refine(restsOnText, REST),
  ),
});
export const keyTermsContentSchema = z.object({
  terms: z.array(z.object({ term: text, explanation: text, ...claim }).refine(restsOnText, REST)),
});
export const flashcardsContentSchema = z.object({
  cards: z.array(z.object({ front: text, back: text, ...claim }).refine(restsOnText, REST)),
});
export const practiceQuestionsContentSchema = z.object({
  questions: z.array(
    z
      .object({
        type: z.enum(['multiple-choice', 'short-answer']),
        question: text,
        /** The choices in the order they are shown; empty for short answers. Holds `answer`. */
        options: z.array(text),
        answer: text,
        ...claim,
      })
      .refine(restsOnText, REST),
  ),
});
export const actionItemsContentSchema = z.object({
  items: z.array(
    z
      .object({
        task: text,
        /** As it was said: a name, or we, you, I (the speaker's name where it is known). Null when nobody was named. */
        who: text.nullable(),
        /** As it was said: "by Friday". Null when no time was named. */
        due: text.nullable(),
        ...claim,
      })
      .refine(restsOnText, REST),
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
        z
          .object({
            title: text,
            startMs: z.number().int().min(0).nullable(),
            endMs: z.number().int().min(0).nullable(),
            page: z.number().int().min(1).nullable(),
            ...claim,
          })
          .refine(restsOnText, REST),
      ),
      /** Fronts of the flashcards, and the practice questions, of the same run that are about the material. */
      cards: z.array(text),
      questions: z.array(text),
      by,
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

/** How an edit came about: by hand, by going back to an earlier version, or with what people wrote in the artifact before. */
export const artifactOriginSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('edited') }),
  z.object({ type: z.literal('reverted'), version: z.number().int().min(0) }),
  z.object({ type: z.literal('carried'), artifactId: z.string() }),
]);
export type ArtifactOrigin = z.infer<typeof artifactOriginSchema>;

/** A version of an artifact: 0 is what was generated, each edit makes the next. */
export const artifactVersionSchema = z.object({
  version: z.number().int().min(0),
  author: z.string().nullable().describe('Who edited; null for what was generated'),
  at: z.iso.datetime(),
  origin: artifactOriginSchema.nullable().describe('null for what was generated'),
});
export type ArtifactVersionReply = z.infer<typeof artifactVersionSchema>;

export const artifactSchema = z.object({
  id: z.string(),
  kind: artifactKindSchema,
  title: z.string(),
  engine: z.string(),
  model: z.string(),
  presetId: z.string(),
  presetVersion: z.number().int().min(1),
  transcriptVersion: z.number().int().min(0),
  texts: z
    .array(z.object({ sourceId: z.string(), kind: sourceKindSchema, version: z.number().int().min(1) }))
    .describe('The versions of texts it was made from'),
  fallback: z
    .object({ engine: z.string(), model: z.string(), code: z.string(), detail: z.string() })
    .nullable()
    .describe('The engine that was asked and could not write it, and why; null when it did'),
  usage: z
    .object({
      calls: z.number().int().min(0),
      inputTokens: z.number().int().min(0),
      outputTokens: z.number().int().min(0),
      costUsd: z.number().min(0).nullable().describe('null where a price is not known'),
    })
    .nullable()
    .describe('What it cost over all calls of a language model; null when none was asked'),
  unsupported: z
    .array(z.string())
    .describe('Claims that were written and left out of the content, because no citation of theirs holds'),
  createdAt: z.iso.datetime(),
  version: z.number().int().min(0).describe('Of the content: 0 as it was generated, raised by each edit'),
  edit: artifactVersionSchema.nullable().describe('The edit that is shown; null while it is as it was generated'),
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
