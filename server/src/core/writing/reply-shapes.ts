import type { ArtifactContents, ArtifactKind, Citation } from '@scholium/contract';
import { z } from 'zod';
import type { ArtifactDraft } from '../domain/artifact.ts';
import { claimText, isRecord } from '../domain/claims.ts';
import type { NumberedSentences } from './numbered-sentences.ts';
import { quoteStandsIn } from './quote-match.ts';

/** Of a study session; what a model says beyond is brought back into it. */
const LEAST_MINUTES = 5;
const MOST_MINUTES = 180;

const sources = z.array(z.object({ id: z.string(), quote: z.string() }));
const point = z.object({ text: z.string(), sources });

/** What a model is asked to reply for each kind. Strict providers need every field to be there: null, never left out. */
export const replySchemas = {
  summary: z.object({ passages: z.array(point) }),
  chapters: z.object({ chapters: z.array(z.object({ title: z.string(), sources })) }),
  outline: z.object({ sections: z.array(z.object({ title: z.string(), points: z.array(point) })) }),
  key_terms: z.object({ terms: z.array(z.object({ term: z.string(), explanation: z.string(), sources })) }),
  flashcards: z.object({ cards: z.array(z.object({ front: z.string(), back: z.string(), sources })) }),
  practice_questions: z.object({
    questions: z.array(
      z.object({
        type: z.enum(['multiple-choice', 'short-answer']),
        question: z.string(),
        options: z.array(z.string()),
        answer: z.string(),
        sources,
      }),
    ),
  }),
  action_items: z.object({
    items: z.array(z.object({ task: z.string(), who: z.string().nullable(), due: z.string().nullable(), sources })),
  }),
  study_plan: z.object({
    sessions: z.array(
      z.object({
        title: z.string(),
        goal: z.string(),
        minutes: z.number(),
        material: z.array(z.object({ title: z.string(), sources })),
      }),
    ),
  }),
} as const satisfies Record<ArtifactKind, z.ZodType>;

export type Reply<K extends ArtifactKind> = z.infer<(typeof replySchemas)[K]>;

/** What is asked for, to be filled with how many items. */
export const tasks: { readonly [K in ArtifactKind]: (count: number) => string } = {
  summary: (count) =>
    `Summarise the lecture in about ${count} passages of one to three sentences each, in the order of the lecture.`,
  chapters: (count) =>
    `Divide the lecture into about ${count} chapters where its subject changes. Give each a short title and, as its first source, the sentence it begins with.`,
  outline: (count) => `Write an outline of about ${count} sections, each with a title and two to five points.`,
  key_terms: (count) => `List about ${count} terms that a student must know, each explained in one or two sentences.`,
  flashcards: (count) =>
    `Write about ${count} flashcards: a question on the front that can be answered without seeing the lecture, a short answer on the back.`,
  practice_questions: (count) =>
    `Write about ${count} practice questions, two thirds of them "multiple-choice" with four options of which exactly one is right and stands in "answer" word for word, the rest "short-answer" with no options.`,
  action_items: (count) =>
    `List what somebody promised to do, was asked to do or has to do by some time, at most about ${count} items and none if there is nothing of the kind. "task" says what. "who" and "due" repeat the words that were said for the person and the time; each is null if nothing was said.`,
  study_plan: (count) =>
    `Plan about ${count} study sessions in the order of the lecture, which together cover it. Give each a short title, a goal that says what the student can do afterwards, the minutes it takes (10 to 60), and under "material" one to four parts of the lecture to go through, each with a title and, as its sources, the sentence it begins with and the sentence it ends with.`,
};

/**
 * Turns a checked reply into a draft: every item keeps the citations that are true, items without any are dropped, and
 * so are items that contradict themselves. Null when nothing is left.
 */
export function draftOf<K extends ArtifactKind>(kind: K, reply: Reply<K>, given: NumberedSentences): ArtifactDraft<K> | null {
  const citations: Citation[] = [];
  const places = new Map<string, number>();
  const cites: Cite = (named) => {
    const found = named.flatMap((one) => given.citationOf(one) ?? []);
    return [...new Set(found.map((citation) => place(citation, citations, places)))];
  };
  const content = readers[kind](reply, cites, (index) => citations[index]?.quote ?? '');
  return content ? { kind, content, citations } : null;
}

type Cite = (named: z.infer<typeof sources>) => number[];

function place(citation: Citation, citations: Citation[], places: Map<string, number>): number {
  const key = JSON.stringify(citation);
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, citations.length);
  return citations.push(citation) - 1;
}

/** What was written and rests on nothing that is there. */
export function unsupportedIn(reply: unknown, given: NumberedSentences): string[] {
  if (Array.isArray(reply)) return reply.flatMap((item) => unsupportedIn(item, given));
  if (!isRecord(reply)) return [];
  const named = sources.safeParse(reply['sources']);
  if (!named.success) return Object.values(reply).flatMap((value) => unsupportedIn(value, given));
  const text = claimText(reply).trim();
  return text === '' || named.data.some((one) => given.citationOf(one) !== null) ? [] : [text];
}

/** Items with text and at least one true citation. */
function cited<T extends { sources: z.infer<typeof sources> }>(items: readonly T[], cites: Cite, texts: (item: T) => string[]) {
  return items.flatMap(({ sources: named, ...item }) => {
    const whole = { ...item, sources: named } as unknown as T; // the same item again
    if (texts(whole).some((text) => text.trim() === '')) return [];
    const found = cites(named);
    return found.length > 0 ? [{ ...item, cites: found }] : [];
  });
}

const readers: {
  readonly [K in ArtifactKind]: (reply: Reply<K>, cites: Cite, quoteAt: (index: number) => string) => ArtifactContents[K] | null;
} = {
  summary: ({ passages }, cites) => some({ passages: cited(passages, cites, ({ text }) => [text]) }),
  chapters: ({ chapters }, cites) =>
    some({
      chapters: cited(chapters, cites, ({ title }) => [title]).map((chapter) => ({
        ...chapter,
        // Filled from the citations, when all chapters are known.
        startMs: null,
        endMs: null,
        page: null,
      })),
    }),
  outline: ({ sections }, cites) =>
    some({
      sections: sections
        .map(({ title, points }) => ({ title, points: cited(points, cites, ({ text }) => [text]) }))
        .filter(({ title, points }) => title.trim() !== '' && points.length > 0),
    }),
  key_terms: ({ terms }, cites) => some({ terms: cited(terms, cites, ({ term, explanation }) => [term, explanation]) }),
  flashcards: ({ cards }, cites) => some({ cards: cited(cards, cites, ({ front, back }) => [front, back]) }),
  practice_questions: ({ questions }, cites) =>
    some({
      questions: cited(questions.filter(isSound), cites, ({ question, answer }) => [question, answer]).map((question) =>
        question.type === 'short-answer' ? { ...question, options: [] } : question,
      ),
    }),
  action_items: ({ items }, cites, quoteAt) =>
    some({
      items: cited(items, cites, ({ task }) => [task]).map(({ who, due, ...item }) => {
        const said = item.cites.map(quoteAt).join(' ');
        return { ...item, who: ifSaid(who, said), due: ifSaid(due, said) };
      }),
    }),
  study_plan: ({ sessions }, cites) =>
    some({
      sessions: sessions
        .map(({ minutes, material, ...session }) => ({
          ...session,
          minutes: Math.round(Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, minutes))),
          // Filled from the citations, when all sessions are known.
          material: cited(material, cites, ({ title }) => [title]).map((part) => ({
            ...part,
            startMs: null,
            endMs: null,
            page: null,
          })),
          // Filled when the cards and questions of the same run are known.
          cards: [],
          questions: [],
        }))
        .filter(({ title, goal, material }) => title.trim() !== '' && goal.trim() !== '' && material.length > 0),
    }),
};

/** A name or a time that the cited words do not hold is not kept. */
function ifSaid(words: string | null, said: string): string | null {
  return words !== null && quoteStandsIn(words, said) ? words : null;
}

/** A choice must hold its answer once, and something to choose from. */
function isSound({ type, options, answer }: Reply<'practice_questions'>['questions'][number]): boolean {
  if (type === 'short-answer') return true;
  return options.length >= 2 && new Set(options).size === options.length && options.includes(answer) && !options.includes('');
}

/** Null when the list it holds is empty. */
function some<T extends Record<string, readonly unknown[]>>(content: T): T | null {
  return Object.values(content).every((items) => items.length > 0) ? content : null;
}
