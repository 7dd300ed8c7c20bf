import type { ArtifactDraft } from '../domain/artifact.ts';
import type { Passage } from '../domain/passage.ts';
import { placeKey, withItems } from './join-drafts.ts';

/**
 * Gives each part of a study plan the span from the first sentence it cites to the last one of the same source, and brings
 * the sessions into the order of the lecture.
 */
export function placeSessions(draft: ArtifactDraft<'study_plan'>, sentences: readonly Passage[]): ArtifactDraft<'study_plan'> {
  const positions = new Map(sentences.map((sentence, index) => [placeKey(sentence), index]));
  const placed = draft.content.sessions.flatMap((session) => {
    const material = session.material.flatMap((part) => {
      const cited = part.cites.flatMap((index) => positions.get(placeKey(draft.citations[index])) ?? []).sort((a, b) => a - b);
      const first = sentences[cited[0] ?? -1];
      if (!first) return [];
      const here = cited.flatMap((index) => sentences[index] ?? []).filter(({ sourceId }) => sourceId === first.sourceId);
      const start = cited[0] ?? 0;
      return [{ part: { ...part, startMs: first.startMs, endMs: here.at(-1)?.endMs ?? null, page: first.page }, start }];
    });
    if (material.length === 0) return [];
    const inOrder = material.toSorted((a, b) => a.start - b.start);
    return [{ session: { ...session, material: inOrder.map(({ part }) => part) }, start: inOrder[0]?.start ?? 0 }];
  });
  const sessions = placed.toSorted((a, b) => a.start - b.start).map(({ session }) => session);
  return withItems({ ...draft, content: { sessions } }, sessions);
}
