import { headedChapters } from './headed-chapters.ts';
import type { Sentence } from './study-text.ts';
import { addTo, dot, type SentenceVectors, unit } from './vectors.ts';

/** Sentences `start..end` (end excluded) of one source that are about one thing. */
export interface Chapter {
  readonly start: number;
  readonly end: number;
  /** As the document calls it. */
  readonly title?: string;
}

const MIN_SENTENCES = 4;
/** Longer lectures are cut between groups of sentences, so that the search stays quick. */
const MAX_UNITS = 400;
/** How much a pause twice as long as usual adds to a boundary, in lengths of a unit vector. */
const PAUSE_WEIGHT = 1.2;
/** Words a minute of ordinary speech, for text that has no times. */
const WORDS_PER_MINUTE = 150;

/**
 * Cuts the lecture where its topic changes: of all ways to cut, the one with the largest sum of the chapters' vector lengths
 * (sentences about one thing point the same way, so their sum is long) minus a penalty for each chapter, found by
 * dynamic programming. The penalty is bisected until the number of chapters suits the length of the lecture:
 * about one in 6 minutes of a long one, one in 45 to 90 seconds of a short one. Chapters never span two sources. Documents whose headings
 * part them are cut there instead.
 */
export function topicChapters(sentences: readonly Sentence[], vectors: SentenceVectors): Chapter[] {
  return bySource(sentences).flatMap(({ start, end }) => {
    const own = sentences.slice(start, end);
    return headedChapters(own, usualCount(own)) ?? cutSource(own, vectors);
  });
}

function bySource(sentences: readonly Sentence[]): Chapter[] {
  const starts = sentences.flatMap((sentence, i) =>
    sentence.passage.sourceId === sentences[i - 1]?.passage.sourceId ? [] : [i],
  );
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? sentences.length }));
}

function cutSource(sentences: readonly Sentence[], vectors: SentenceVectors): Chapter[] {
  const offset = sentences[0]?.index ?? 0;
  const size = Math.ceil(sentences.length / MAX_UNITS);
  const units = Array.from({ length: Math.ceil(sentences.length / size) }, (_, i) => sentences.slice(i * size, (i + 1) * size));
  const minUnits = Math.max(1, Math.ceil(MIN_SENTENCES / size));
  const hints = pauseHints(sentences);
  const target = chapterCount(sentences, hints);
  const gains = spanGains(units, vectors, minUnits, Math.ceil((units.length * 3) / target));
  const bonus = units.map((unit) => PAUSE_WEIGHT * (hints[(unit[0]?.index ?? offset) - offset] ?? 0));
  const cuts = bisectPenalty(target, (penalty) => bestCuts(gains, bonus, penalty));
  return cuts.map((cut, i) => ({
    start: offset + cut * size,
    end: offset + Math.min(sentences.length, (cuts[i + 1] ?? units.length) * size),
  }));
}

/** How many chapters suit the source: by its length, and by its long pauses where their number is plausible. */
function chapterCount(sentences: readonly Sentence[], hints: readonly number[]): number {
  const most = Math.max(1, Math.floor(sentences.length / MIN_SENTENCES));
  const usual = usualCount(sentences);
  const paragraphs = 1 + roomyHints(hints);
  const plausible = paragraphs >= usual * 0.6 && paragraphs <= usual * 1.8;
  return Math.min(most, plausible ? paragraphs : usual);
}

function usualCount(sentences: readonly Sentence[]): number {
  const minutes = lengthInMinutes(sentences);
  const minutesEach = Math.min(6, Math.max(0.75, 0.75 + (minutes - 4) * 0.15));
  return Math.max(sentences.length >= 12 ? 2 : 1, Math.round(minutes / minutesEach));
}

/** How many long pauses leave a whole chapter before and after them. */
function roomyHints(hints: readonly number[]): number {
  let [count, last] = [0, 0];
  for (const [i, hint] of hints.entries()) {
    if (hint < 0.8 || i - last < MIN_SENTENCES || hints.length - i < MIN_SENTENCES) continue;
    count++;
    last = i;
  }
  return count;
}

function lengthInMinutes(sentences: readonly Sentence[]): number {
  const first = sentences[0]?.passage.startMs ?? null;
  const last = sentences.at(-1)?.passage.endMs ?? null;
  if (first !== null && last !== null && last > first) return (last - first) / 60_000;
  return sentences.reduce((sum, sentence) => sum + sentence.tokens.length, 0) / WORDS_PER_MINUTE;
}

/** 0 for usual pauses, 1 for those of twice the usual length and more. */
function pauseHints(sentences: readonly Sentence[]): number[] {
  const sorted = sentences.map((sentence) => sentence.pauseMs).filter((pause) => pause > 0);
  sorted.sort((a, b) => a - b);
  const usual = Math.max(400, sorted[Math.floor(sorted.length / 2)] ?? 0);
  return sentences.map((sentence, i) => (i === 0 ? 0 : Math.min(1, Math.max(0, (sentence.pauseMs / usual - 1.2) / 0.8))));
}

/** `gains[end][length]`: the length of the summed vectors of the units before `end`; undefined where not allowed. */
function spanGains(units: readonly (readonly Sentence[])[], vectors: SentenceVectors, min: number, max: number): Float64Array[] {
  const points = units.map((unitSentences) => unitVector(unitSentences, vectors));
  const spans = [new Float64Array(0)];
  for (let end = 1; end <= units.length; end++) {
    const gains = new Float64Array(Math.min(end, Math.max(max, min)) + 1).fill(Number.NEGATIVE_INFINITY);
    const sum = new Float32Array(points[0]?.length ?? 0);
    let squared = 0;
    for (let length = 1; length < gains.length; length++) {
      const point = points[end - length] ?? sum;
      squared += 2 * dot(sum, point) + dot(point, point);
      addTo(sum, point);
      if (length >= min || units.length < min) gains[length] = Math.sqrt(squared);
    }
    spans.push(gains);
  }
  return spans;
}

function unitVector(sentences: readonly Sentence[], vectors: SentenceVectors): Float32Array {
  const words = new Float32Array(vectors.words[0]?.length ?? 0);
  const embedded = sentences.flatMap(({ index }) => vectors.meaning[index] ?? []);
  const meaning = new Float32Array(embedded[0]?.length ?? 0);
  for (const { index } of sentences) addTo(words, vectors.words[index] ?? words);
  for (const vector of embedded) addTo(meaning, vector);
  const joined = new Float32Array(words.length + meaning.length);
  joined.set(unit(words));
  joined.set(unit(meaning), words.length);
  return unit(joined);
}

/** Starts of the units' groups with the best total for this penalty. */
function bestCuts(gains: readonly Float64Array[], bonus: readonly number[], penalty: number): number[] {
  const count = gains.length - 1;
  const best = new Float64Array(count + 1).fill(Number.NEGATIVE_INFINITY);
  const from = new Int32Array(count + 1);
  best[0] = 0;
  for (let end = 1; end <= count; end++) {
    const spans = gains[end] ?? new Float64Array(0);
    for (let length = 1; length < spans.length; length++) {
      const start = end - length;
      const total = (best[start] ?? 0) + (spans[length] ?? 0) + (start > 0 ? (bonus[start] ?? 0) : 0) - penalty;
      if (total > (best[end] ?? 0)) {
        best[end] = total;
        from[end] = start;
      }
    }
  }
  const cuts: number[] = [];
  for (let end = count; end > 0; end = from[end] ?? 0) cuts.unshift(from[end] ?? 0);
  return cuts;
}

function bisectPenalty(target: number, cut: (penalty: number) => number[]): number[] {
  let [low, high] = [-4, 60];
  let closest = cut(high);
  for (let i = 0; i < 24; i++) {
    const penalty = (low + high) / 2;
    const cuts = cut(penalty);
    if (Math.abs(cuts.length - target) < Math.abs(closest.length - target)) closest = cuts;
    if (cuts.length === target) break;
    if (cuts.length > target) low = penalty;
    else high = penalty;
  }
  return closest;
}
