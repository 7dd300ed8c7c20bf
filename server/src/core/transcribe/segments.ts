import type { Segment, Word } from '@scholium/contract';
import type { TimeSpan } from '../domain/audio.ts';
import { pauseBoundaries } from './sentence-pauses.ts';
import { punctuationBoundaries } from './sentence-punctuation.ts';
import { spellSentence } from './sentence-spelling.ts';

/** What an engine heard between two pauses. */
export interface HeardUtterance extends TimeSpan {
  readonly words: readonly Word[];
}

export interface SegmentOptions {
  /** Whether the engine writes punctuation and capitals itself; its text is then left as it is. */
  readonly punctuates: boolean;
  /** ISO 639-1; capitals and question marks are only guessed for English. Default `en`. */
  readonly language?: string;
}

/**
 * Turns recognised words into segments: sentences that people can read. Every word is in exactly one segment, in
 * the order given, with its times and confidence; blank words are left out. `text` is always the words' texts
 * joined by single spaces, so capitals and full stops that are added belong to their word.
 *
 * Engines without punctuation are cut where the speaker pauses (see `pauseBoundaries`), those with it at the ends of
 * their sentences and at very long pauses.
 *
 * @example
 * segmentsOf([{ startMs: 0, endMs: 900, words: [{ text: 'tides', ... }, { text: 'rise', ... }] }], { punctuates: false })
 * // [{ id: 0, text: 'Tides rise.', ... }]
 */
export function segmentsOf(utterances: readonly HeardUtterance[], options: SegmentOptions): Segment[] {
  const words = utterances.flatMap((utterance) => utterance.words).filter((word) => word.text.trim() !== '');
  const language = options.language ?? 'en';
  const starts = options.punctuates ? punctuationBoundaries(words, language) : pauseBoundaries(words);
  return cutAt(words, starts).map((sentence, id) =>
    segment(id, options.punctuates ? [...sentence] : spellSentence(sentence, language)),
  );
}

function segment(id: number, words: Word[]): Segment {
  const startMs = words[0]?.startMs ?? 0;
  return {
    id,
    startMs,
    endMs: Math.max(startMs, words.at(-1)?.endMs ?? startMs),
    speaker: null,
    text: words.map((word) => word.text).join(' '),
    confidence: words.reduce((sum, word) => sum + word.confidence, 0) / words.length,
    words,
  };
}

/** Cuts the words before each of the given indexes (ascending, the first one is 0). */
function cutAt(words: readonly Word[], starts: readonly number[]): (readonly Word[])[] {
  return starts.map((start, i) => words.slice(start, starts[i + 1] ?? words.length));
}
