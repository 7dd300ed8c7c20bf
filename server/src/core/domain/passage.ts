import { createHash } from 'node:crypto';
import type { Citation, SourceKind } from '@scholium/contract';

/**
 * A piece of text with the place it comes from: a sentence or a few. The range is the one a citation of the
 * whole passage would have (see `citationSchema`), so `text` is what stands in that range.
 */
export interface Passage {
  readonly lectureId: string;
  readonly sourceId: string;
  readonly kind: SourceKind;
  readonly textVersion: number;
  readonly text: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly firstWord: number | null;
  readonly lastWord: number | null;
  readonly page: number | null;
  readonly startChar: number | null;
  readonly endChar: number | null;
}

/** A passage as the search index keeps it. `context` (titles) is searched with the text but never shown as it. */
export interface IndexedPassage extends Passage {
  /** Unique within the owner, by `passageIds`: text that stays as it is keeps its id (and so its vector) in a later version. */
  readonly id: string;
  readonly courseId: string;
  readonly context: string;
}

/**
 * Ids for the passages of one source, in order: from what they say, so that those that a new version leaves as they were are known again;
 * what is said twice is told apart by its number.
 */
export function passageIds(sourceId: string): (passage: Pick<IndexedPassage, 'text' | 'context'>) => string {
  const seen = new Map<string, number>();
  return ({ text, context }) => {
    const said = createHash('sha256').update(`${text}\0${context}`).digest('hex').slice(0, 20);
    const number = seen.get(said) ?? 0;
    seen.set(said, number + 1);
    return `${sourceId}:${said}:${number}`;
  };
}

/** A citation of the whole passage. */
export function cite(passage: Passage): Citation {
  return {
    lectureId: passage.lectureId,
    sourceId: passage.sourceId,
    kind: passage.kind,
    textVersion: passage.textVersion,
    quote: passage.text,
    startMs: passage.startMs,
    endMs: passage.endMs,
    firstWord: passage.firstWord,
    lastWord: passage.lastWord,
    page: passage.page,
    startChar: passage.startChar,
    endChar: passage.endChar,
  };
}
