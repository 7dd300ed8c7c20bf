import type { Segment, Word } from '@scholium/contract';
import type { TimeSpan } from '../domain/audio.ts';
import { pauseBoundaries } from './sentence-pauses.ts';
import { punctuationBoundaries } from './sentence-punctuation.ts';
import { namesIn, spellSentence } from './sentence-spelling.ts';

/** What an engine heard between two pauses. */
export interface HeardUtterance extends TimeSpan {
  readonly words: readonly Word[];
  /** ISO 639-1; the recording's when left out. */
  readonly language?: string;
}

export interface SegmentOptions {
  /** Whether the engine writes punctuation and capitals itself; its text is then left as it is. */
  readonly punctuates: boolean;
  /** ISO 639-1 of the recording; capitals and question marks are only guessed for English. Default `en`. */
  readonly language?: string;
  /** Terms of the course; those with a capital are written so, where the engine writes none. */
  readonly vocabulary?: readonly string[];
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
  const main = options.language ?? 'en';
  const names = namesIn(options.vocabulary ?? []);
  const sentences = byLanguage(utterances, main).flatMap(({ words, language }) => {
    const starts = options.punctuates ? punctuationBoundaries(words, language) : pauseBoundaries(words);
    return cutAt(words, starts).map((sentence) => ({
      words: options.punctuates ? [...sentence] : spellSentence(sentence, language, names),
      language,
    }));
  });
  return sentences.map(({ words, language }, id) => ({ ...segment(id, words), ...(language !== main && { language }) }));
}

/** Words in stretches of one language. */
function byLanguage(utterances: readonly HeardUtterance[], main: string): { language: string; words: Word[] }[] {
  const stretches: { language: string; words: Word[] }[] = [];
  for (const utterance of utterances) {
    const language = utterance.language ?? main;
    const words = utterance.words.filter((word) => word.text.trim() !== '');
    const last = stretches.at(-1);
    if (last?.language === language) last.words.push(...words);
    else stretches.push({ language, words });
  }
  return stretches.filter(({ words }) => words.length > 0);
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
