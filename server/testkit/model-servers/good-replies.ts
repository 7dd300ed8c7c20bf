import type { ArtifactKind } from '@scholium/contract';

/** What a language model names: the id of a sentence and words that stand in it. */
export interface NamedPlace {
  readonly id: string;
  readonly quote: string;
}

/** A reply as a good model gives it, for each kind of artifact; all it says rests on these places. */
export function goodReplies(sources: readonly NamedPlace[]): Readonly<Record<ArtifactKind, object>> {
  const text = 'Memory does not last.';
  return {
    summary: { passages: [{ text, sources }] },
    chapters: { chapters: [{ title: 'Forgetting', sources }] },
    outline: { sections: [{ title: 'Forgetting', points: [{ text, sources }] }] },
    key_terms: { terms: [{ term: 'Memory', explanation: text, sources }] },
    flashcards: { cards: [{ front: 'Does memory last?', back: 'No.', sources }] },
    practice_questions: {
      questions: [{ type: 'multiple-choice', question: 'Does memory last?', options: ['Yes', 'No'], answer: 'No', sources }],
    },
    action_items: { items: [{ task: 'Repeat what was learned.', who: null, due: null, sources }] },
    study_plan: {
      sessions: [
        { title: 'Forgetting', goal: 'Say what becomes of memories.', minutes: 15, material: [{ title: 'All', sources }] },
      ],
    },
  };
}
