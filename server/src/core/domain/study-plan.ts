import type { ArtifactContents, Citation } from '@scholium/contract';
import type { ArtifactDraft } from './artifact.ts';

type Session = ArtifactContents['study_plan']['sessions'][number];

/** A card or question with the place it is from. */
interface Practice {
  readonly text: string;
  readonly place: Citation | undefined;
}

/**
 * Gives the sessions of a study plan the flashcards and practice questions of the same run: each goes to the first session
 * whose material holds the place it cites. Other drafts come back as they are.
 */
export function withPractice(drafts: readonly ArtifactDraft[]): ArtifactDraft[] {
  const cards = drafts.flatMap((draft) =>
    isKind(draft, 'flashcards')
      ? draft.content.cards.map(({ front, cites }) => ({ text: front, place: draft.citations[cites[0] ?? -1] }))
      : [],
  );
  const questions = drafts.flatMap((draft) =>
    isKind(draft, 'practice_questions')
      ? draft.content.questions.map(({ question, cites }) => ({ text: question, place: draft.citations[cites[0] ?? -1] }))
      : [],
  );
  return drafts.map((draft) => {
    if (!isKind(draft, 'study_plan')) return draft;
    const { sessions } = draft.content;
    const [cardsOf, questionsOf] = [cards, questions].map((practice) => sharedOut(practice, sessions, draft.citations));
    const filled = sessions.map((session, index) => ({
      ...session,
      cards: cardsOf?.[index] ?? [],
      questions: questionsOf?.[index] ?? [],
    }));
    return { ...draft, content: { sessions: filled } };
  });
}

function isKind<K extends ArtifactDraft['kind']>(draft: ArtifactDraft, kind: K): draft is ArtifactDraft<K> {
  return draft.kind === kind;
}

function sharedOut(practice: readonly Practice[], sessions: readonly Session[], citations: readonly Citation[]): string[][] {
  const lists: string[][] = sessions.map(() => []);
  for (const { text, place } of practice) {
    if (!place) continue;
    const at = sessions.findIndex(({ material }) => material.some((part) => holds(part, place, citations)));
    lists[at]?.push(text);
  }
  return lists;
}

/** Whether a place lies within a part: between its times, or on the pages it cites. */
function holds(part: Session['material'][number], place: Citation, citations: readonly Citation[]): boolean {
  const cited = part.cites.flatMap((index) => citations[index] ?? []).filter(({ sourceId }) => sourceId === place.sourceId);
  if (cited.length === 0) return false;
  if (place.startMs !== null) {
    return part.startMs !== null && part.endMs !== null && place.startMs >= part.startMs && place.startMs < part.endMs;
  }
  const [from, to] = [cited[0], cited.at(-1)].map((citation) => [citation?.page ?? 0, citation?.startChar ?? 0] as const);
  const at = [place.page ?? 0, place.startChar ?? 0] as const;
  return from !== undefined && to !== undefined && !isBefore(at, from) && !isBefore(to, at);
}

function isBefore([page, char]: readonly [number, number], [otherPage, otherChar]: readonly [number, number]): boolean {
  return page < otherPage || (page === otherPage && char < otherChar);
}
