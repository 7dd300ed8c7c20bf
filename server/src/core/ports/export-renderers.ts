import type { CardDeck, ClipSpan } from '../domain/card-deck.ts';
import type { StudyGuide } from '../domain/study-guide.ts';
import type { SoundClip } from './media-decoder.ts';

/** Typesets a study guide: real headings, a table of contents with links, each place a link. */
export interface DocumentRenderer {
  /**
   * Off the event loop. Nothing in the guide's texts is markup, a field or a link of its own.
   * @throws AppError `cancelled`, `internal`
   */
  render(guide: StudyGuide, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Packs cards for a program that learns with people. */
export interface CardDeckRenderer {
  /**
   * The file in pieces; a clip at a time is in memory. `clipOf` is asked once for each different clip, in the order of the cards,
   * and gives null where there is no sound after all.
   */
  render(deck: CardDeck, clipOf: (span: ClipSpan) => Promise<SoundClip | null>, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** What writes the types of export that are not plain text. */
export interface ExportRenderers {
  readonly pdf: DocumentRenderer;
  readonly docx: DocumentRenderer;
  readonly anki: CardDeckRenderer;
}
