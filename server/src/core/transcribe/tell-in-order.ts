import type { TimeSpan } from '../domain/audio.ts';
import type { Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { joinParts } from './join-parts.ts';

/** One chunk of a recording as it comes out of the work, in any order. */
export interface DoneChunk extends TimeSpan {
  readonly index: number;
  /** Where the next chunk begins, when speech was cut and it begins before this one's end; null in a pause. */
  readonly sharedFromMs: number | null;
  /** Null when somebody else has it in hand. */
  readonly part: HeardPart | null;
  /** Whether an earlier run has told its text. */
  readonly isTold: boolean;
}

/**
 * Tells text while a recording is being transcribed, in the order of the recording and no word twice: chunks that are done before their turn
 * wait, and what two chunks heard of the same sound waits for both and is joined. Give it each chunk once; it returns what is to
 * be told now. What is told already never changes by what comes later (`joinParts` leaves words alone that end before the shared sound).
 *
 * @example
 * const tell = tellInOrder();
 * tell(second); // []
 * tell(first); // the words of both
 */
export function tellInOrder(): (chunk: DoneChunk) => readonly HeardPart[] {
  const early = new Map<number, DoneChunk>();
  let next = 0;
  let before: DoneChunk | null = null;
  return (chunk) => {
    early.set(chunk.index, chunk);
    const telling = new Map<number, HeardPart>();
    const tell = (index: number, part: HeardPart, words: readonly Word[]): void => {
      if (words.length > 0) telling.set(index, { ...part, words: [...(telling.get(index)?.words ?? []), ...words] });
    };
    for (let current = early.get(next); current; current = early.get(next)) {
      early.delete(next++);
      const [tail, mended]: Joined = before === null ? [null, current] : joinedTo(before, current);
      if (before && tail && !(before.isTold && current.isTold)) tell(before.index, tail, sharedOf(before, tail));
      if (mended.part && !mended.isTold) tell(mended.index, mended.part, ownOf(mended, mended.part));
      before = mended;
    }
    return [...telling.values()];
  };
}

/** The chunk before as it is at last, and the one after it without what the other has. */
type Joined = readonly [HeardPart | null, DoneChunk];

function joinedTo(before: DoneChunk, current: DoneChunk): Joined {
  if (before.sharedFromMs === null) return [null, current];
  const [left, right] = before.part && current.part ? joinParts([before.part, current.part]) : [];
  if (left && right) return [left, { ...current, part: right }];
  // Whoever has the other side cuts at the same moment.
  const cutMs = (before.sharedFromMs + before.endMs) / 2;
  const tail = before.part && { ...before.part, words: before.part.words.filter((word) => middleOf(word) < cutMs) };
  const part = current.part && { ...current.part, words: current.part.words.filter((word) => middleOf(word) >= cutMs) };
  return [tail, { ...current, part }];
}

/** The words that the next chunk may have heard too. */
function sharedOf({ sharedFromMs }: DoneChunk, { words }: HeardPart): readonly Word[] {
  return sharedFromMs === null ? [] : words.slice(firstShared(words, sharedFromMs));
}

function ownOf({ sharedFromMs }: DoneChunk, { words }: HeardPart): readonly Word[] {
  return sharedFromMs === null ? words : words.slice(0, firstShared(words, sharedFromMs));
}

function firstShared(words: readonly Word[], sharedFromMs: number): number {
  const first = words.findIndex((word) => word.endMs > sharedFromMs);
  return first < 0 ? words.length : first;
}

function middleOf({ startMs, endMs }: Word): number {
  return (startMs + endMs) / 2;
}
