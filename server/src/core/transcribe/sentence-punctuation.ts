import type { Word } from '@scholium/contract';
import { pausesBefore } from './sentence-pauses.ts';

/** A silence this long ends a segment even where the engine wrote no full stop. */
const LONG_PAUSE_MS = 1500;
/** Engines sometimes stop writing punctuation; such a run is cut at a comma or its longest pause. */
const LONGEST_SENTENCE_WORDS = 60;
const SHORTEST_PIECE_WORDS = 6;
/** A comma counts as this much silence when a run must be cut. */
const COMMA_MS = 400;

/** A full stop after these, or after a single capital, belongs to the word and ends no sentence. */
const abbreviation = /^["'([]*((mr|mrs|ms|dr|prof|st|fig|figs|eq|no|vs|vol|pp|ed|eds|al|approx|cf|e\.g|i\.e)|[A-Z])\.$/;

/** Indexes of the words that begin a sentence (the first is 0), for engines that write punctuation. */
export function punctuationBoundaries(words: readonly Word[], language: string): number[] {
  if (words.length === 0) return [];
  const ends = sentenceStarts(words, language);
  const pauses = pausesBefore(words);
  const starts = words.flatMap((word, i) => {
    if (i === 0 || (pauses[i] ?? 0) >= LONG_PAUSE_MS) return [i];
    return ends.has(i) && !isAbbreviation(words[i - 1]?.text ?? '') ? [i] : [];
  });
  return starts.flatMap((start, s) => pieces(words, pauses, start, starts[s + 1] ?? words.length));
}

function isAbbreviation(text: string): boolean {
  return abbreviation.test(text) || abbreviation.test(text.toLowerCase().replace(/^[a-z]\.$/, ''));
}

/** The words at which `Intl.Segmenter` begins a sentence. A boundary inside a word is none. */
function sentenceStarts(words: readonly Word[], language: string): Set<number> {
  const wordAt = new Map<number, number>();
  let offset = 0;
  words.forEach((word, i) => {
    wordAt.set(offset, i);
    offset += word.text.length + 1;
  });
  const text = words.map((word) => word.text).join(' ');
  const starts = new Set<number>();
  for (const { index } of sentenceSegmenter(language).segment(text)) {
    const word = wordAt.get(index);
    if (word !== undefined) starts.add(word);
  }
  return starts;
}

/** Unknown language tags are read with the root rules. */
export function sentenceSegmenter(language: string): Intl.Segmenter {
  const known = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language) ? language : 'und';
  return new Intl.Segmenter(known, { granularity: 'sentence' });
}

function pieces(words: readonly Word[], pauses: readonly number[], start: number, end: number): number[] {
  if (end - start <= LONGEST_SENTENCE_WORDS) return [start];
  const middle = (start + end) / 2;
  let best = { score: -Infinity, at: Math.round(middle) };
  for (let i = start + SHORTEST_PIECE_WORDS; i <= end - SHORTEST_PIECE_WORDS; i++) {
    const comma = /[,;:]$/.test(words[i - 1]?.text ?? '') ? COMMA_MS : 0;
    const score = (pauses[i] ?? 0) + comma - Math.abs(i - middle);
    if (score > best.score) best = { score, at: i };
  }
  return [...pieces(words, pauses, start, best.at), ...pieces(words, pauses, best.at, end)];
}
