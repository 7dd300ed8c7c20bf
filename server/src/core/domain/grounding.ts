import type { Citation, Word } from '@scholium/contract';
import type { AnswerDraft } from '../ports/writer.ts';
import type { DocumentPage, DocumentText } from './document.ts';
import type { ArtifactContents, ArtifactDraft, ArtifactKind } from './artifact.ts';
import { claimsOf } from './claims.ts';
import { wordsOf, type Transcript } from './transcript.ts';

/** Why a citation is false. */
export type CitationFault = 'unknown_text' | 'out_of_bounds' | 'other_words' | 'other_times';

/** One version of a text that can be cited, as far as the check needs it. */
export type CitedText = {
  readonly lectureId: string;
  readonly sourceId: string;
  readonly version: number;
} & (
  | { readonly kind: 'recording'; readonly words: readonly Word[] }
  | { readonly kind: 'document'; readonly pages: readonly Pick<DocumentPage, 'number' | 'text'>[] }
);

/** Finds the text a citation names; null when there is none. */
export type CitedTextLookup = (citation: Citation) => CitedText | null;

/** What an answer says when nothing of what was given supports one. */
export const UNSUPPORTED_ANSWER = 'The lecture holds nothing that answers this question.';

/** Texts that are cited: transcripts have segments, documents have pages. */
export type CitableText = Omit<Transcript, 'ownerId' | 'createdAt'> | Omit<DocumentText, 'ownerId' | 'createdAt'>;

/** A lookup over these texts (any versions of any sources). */
export function citedTexts(citable: readonly CitableText[]): CitedTextLookup {
  const texts = new Map<string, CitedText>();
  for (const text of citable) {
    const { lectureId, sourceId, version } = text;
    const of = { lectureId, sourceId, version };
    const cited: CitedText =
      'pages' in text ? { ...of, kind: 'document', pages: text.pages } : { ...of, kind: 'recording', words: wordsOf(text) };
    texts.set(JSON.stringify([sourceId, version]), cited);
  }
  return (citation) => texts.get(JSON.stringify([citation.sourceId, citation.textVersion])) ?? null;
}

/**
 * Checks one citation against the text it names. Of a recording, the quote must be exactly the words
 * `firstWord..lastWord` (runs of white space count as one space), the times exactly those of the first and the last of
 * these words; of a document, exactly what stands in the characters `startChar..endChar` of the page.
 *
 * @returns null when the citation is true, else the first fault found.
 * @example citationFault(citation, citedTexts([transcript])(citation))
 */
export function citationFault(citation: Citation, text: CitedText | null): CitationFault | null {
  if (!text || citation.kind !== text.kind) return 'unknown_text';
  const sameText = citation.sourceId === text.sourceId && citation.textVersion === text.version;
  if (!sameText || citation.lectureId !== text.lectureId) return 'unknown_text';
  return text.kind === 'document' ? pageFault(citation, text.pages) : wordFault(citation, text.words);
}

function pageFault(
  { page: number, startChar, endChar, quote }: Citation,
  pages: readonly Pick<DocumentPage, 'number' | 'text'>[],
): CitationFault | null {
  const page = pages.find((candidate) => candidate.number === number);
  if (!page || startChar === null || endChar === null) return 'out_of_bounds';
  if (startChar >= endChar || endChar > page.text.length) return 'out_of_bounds';
  return normalise(page.text.slice(startChar, endChar)) === normalise(quote) ? null : 'other_words';
}

function wordFault(citation: Citation, words: readonly Word[]): CitationFault | null {
  const { firstWord, lastWord } = citation;
  if (firstWord === null || lastWord === null || firstWord > lastWord) return 'out_of_bounds';
  const first = words[firstWord];
  const last = words[lastWord];
  if (!first || !last) return 'out_of_bounds';

  const spoken = words.slice(firstWord, lastWord + 1).map((word) => word.text);
  if (normalise(spoken.join(' ')) !== normalise(citation.quote)) return 'other_words';
  if (citation.startMs !== first.startMs || citation.endMs !== last.endMs) return 'other_times';
  return null;
}

/**
 * Keeps of each draft what is grounded: false citations go, `cites` are renumbered to the citations that stay,
 * items left with none go and are named as unsupported, and drafts left without items go. True drafts come back with the same content.
 */
export function groundCitations(drafts: readonly ArtifactDraft[], lookup: CitedTextLookup): ArtifactDraft[] {
  return drafts.flatMap((draft) => {
    const { kept, renumber } = keepTrue(draft.citations, lookup);
    const content = groundContent(draft.kind, draft.content, renumber);
    const dropped = claimsOf(draft.content).filter(({ cites }) => renumber(cites).length === 0);
    const unsupported = [...(draft.unsupported ?? []), ...dropped.map(({ text }) => text)];
    return content ? [{ ...draft, content, citations: kept, ...(unsupported.length > 0 && { unsupported }) }] : [];
  });
}

/** Keeps the true citations of an answer; an answer left with none is turned into an unsupported one. */
export function groundAnswer(draft: AnswerDraft, lookup: CitedTextLookup): AnswerDraft {
  if (!draft.supported) return { answer: draft.answer, supported: false, citations: [] };
  const { kept } = keepTrue(draft.citations, lookup);
  if (kept.length === 0) return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [] };
  return { answer: draft.answer, supported: true, citations: kept };
}

/** Old indexes to new ones; indexes of dropped or missing citations vanish, doubles too. */
type Renumber = (cites: readonly number[]) => number[];

function keepTrue(citations: readonly Citation[], lookup: CitedTextLookup): { kept: Citation[]; renumber: Renumber } {
  const kept: Citation[] = [];
  const places = citations.map((citation) =>
    citationFault(citation, lookup(citation)) === null ? kept.push(citation) - 1 : null,
  );
  const renumber: Renumber = (cites) => [
    ...new Set(cites.map((index) => places[index] ?? null).filter((place) => place !== null)),
  ];
  return { kept, renumber };
}

function groundItems<T extends { cites: number[] }>(items: readonly T[], renumber: Renumber): T[] {
  return items.map((item) => ({ ...item, cites: renumber(item.cites) })).filter((item) => item.cites.length > 0);
}

/** One rule per kind: the grounded content, or null when nothing of it is left. */
const groundRules: { [K in ArtifactKind]: (content: ArtifactContents[K], renumber: Renumber) => ArtifactContents[K] | null } = {
  summary: (content, renumber) => whole('passages', groundItems(content.passages, renumber)),
  outline: (content, renumber) => {
    const sections = content.sections.map((section) => ({ ...section, points: groundItems(section.points, renumber) }));
    return whole(
      'sections',
      sections.filter((section) => section.points.length > 0),
    );
  },
  chapters: (content, renumber) => whole('chapters', groundItems(content.chapters, renumber)),
  key_terms: (content, renumber) => whole('terms', groundItems(content.terms, renumber)),
  flashcards: (content, renumber) => whole('cards', groundItems(content.cards, renumber)),
  practice_questions: (content, renumber) => whole('questions', groundItems(content.questions, renumber)),
  action_items: (content, renumber) => whole('items', groundItems(content.items, renumber)),
  study_plan: (content, renumber) => {
    const sessions = content.sessions.map((session) => ({ ...session, material: groundItems(session.material, renumber) }));
    return whole(
      'sessions',
      sessions.filter((session) => session.material.length > 0),
    );
  },
};

function groundContent<K extends ArtifactKind>(
  kind: K,
  content: ArtifactContents[K],
  renumber: Renumber,
): ArtifactContents[K] | null {
  return groundRules[kind](content, renumber);
}

function whole<Name extends string, T>(name: Name, items: T[]): Record<Name, T[]> | null {
  // A computed key widens to string; the record has just this one.
  return items.length > 0 ? ({ [name]: items } as Record<Name, T[]>) : null;
}

function normalise(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
