import type { ArtifactContents, ArtifactKind, Citation } from '@scholium/contract';
import type { ArtifactDraft } from '../domain/artifact.ts';
import type { Passage } from '../domain/passage.ts';

/** The list that a content holds, by kind. */
const lists = {
  summary: 'passages',
  chapters: 'chapters',
  outline: 'sections',
  key_terms: 'terms',
  flashcards: 'cards',
  practice_questions: 'questions',
  action_items: 'items',
  study_plan: 'sessions',
} as const satisfies { [K in ArtifactKind]: keyof ArtifactContents[K] };

/** The items of a draft, whatever its kind calls them. */
export function itemsOf({ kind, content }: ArtifactDraft): readonly object[] {
  return (content as Record<string, readonly object[]>)[lists[kind]] ?? []; // every content is one list under this name
}

/** A draft with other items in place of its own, and only the citations they use. */
export function withItems<K extends ArtifactKind>(draft: ArtifactDraft<K>, items: readonly object[]): ArtifactDraft<K> {
  const used: Citation[] = [];
  const renumber = (cites: readonly number[]): number[] => [
    ...new Set(
      cites.flatMap((index) => {
        const citation = draft.citations[index];
        if (!citation) return [];
        const known = used.indexOf(citation);
        return [known >= 0 ? known : used.push(citation) - 1];
      }),
    ),
  ];
  const content = { [lists[draft.kind]]: items.map((item) => mapCites(item, renumber)) };
  return { ...draft, content: content as unknown as ArtifactContents[K], citations: used }; // the same items, cites renumbered
}

/** The drafts of one kind, window after window, as one. Items that say the same as one before are left out. */
export function joinDrafts<K extends ArtifactKind>(kind: K, drafts: readonly ArtifactDraft<K>[]): ArtifactDraft<K> | null {
  const citations: Citation[] = [];
  const seen = new Set<string>();
  const items = drafts.flatMap((draft) => {
    const offset = citations.length;
    citations.push(...draft.citations);
    return itemsOf(draft).map((item) => mapCites(item, (cites) => cites.map((index) => index + offset)));
  });
  const fresh = items.filter((item) => {
    const key = nameOf(item);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  if (fresh.length === 0) return null;
  const whole = { kind, content: { [lists[kind]]: fresh } as unknown as ArtifactContents[K], citations };
  return kind === 'chapters' ? whole : withItems(whole, fresh);
}

/** Chapters in the order of the lecture, each from its first sentence to the next chapter; the first begins with the lecture. */
export function placeChapters(draft: ArtifactDraft<'chapters'>, sentences: readonly Passage[]): ArtifactDraft<'chapters'> {
  const positions = new Map(sentences.map((sentence, index) => [placeKey(sentence), index]));
  const starts = draft.content.chapters
    .map((chapter) => {
      const at = chapter.cites.map((index) => positions.get(placeKey(draft.citations[index])) ?? Number.MAX_SAFE_INTEGER);
      return { chapter, start: Math.min(...at) };
    })
    .filter(({ start }) => start < sentences.length)
    .sort((a, b) => a.start - b.start)
    .filter(({ start }, index, all) => start !== all[index - 1]?.start);
  const chapters = starts.map(({ chapter, start }, index) => {
    const end = (starts[index + 1]?.start ?? sentences.length) - 1;
    const [first, last] = [sentences[index === 0 ? 0 : start], sentences[Math.max(start, end)]];
    const sameSource = first?.sourceId === last?.sourceId;
    return {
      ...chapter,
      startMs: first?.startMs ?? null,
      endMs: (sameSource ? last : sentences[start])?.endMs ?? null,
      page: first?.page ?? null,
    };
  });
  return withItems({ ...draft, content: { chapters } }, chapters);
}

/** Names a place within a lecture: two sentences of the same range are the same sentence. */
export function placeKey(place: Pick<Passage, 'sourceId' | 'firstWord' | 'page' | 'startChar'> | undefined): string {
  return JSON.stringify([place?.sourceId, place?.firstWord, place?.page, place?.startChar]);
}

function mapCites(item: object, change: (cites: readonly number[]) => number[]): object {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]: [string, unknown]) => {
      if (name === 'cites') return [name, change(value as number[])]; // every content schema says so
      if (name === 'points' || name === 'material') return [name, (value as object[]).map((point) => mapCites(point, change))];
      return [name, value];
    }),
  );
}

/** What an item is about: what would be a double if it came again. */
function nameOf(item: object): string {
  const fields = item as Partial<Record<string, unknown>>;
  const name = fields['term'] ?? fields['front'] ?? fields['question'] ?? fields['task'] ?? fields['text'] ?? fields['title'];
  return String(name)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
