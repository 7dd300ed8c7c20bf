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
  /** Unique within the owner: `sourceId:textVersion:number`. */
  readonly id: string;
  readonly courseId: string;
  readonly context: string;
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
