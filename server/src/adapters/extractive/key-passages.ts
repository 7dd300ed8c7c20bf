import { sentenceQuality } from './sentence-quality.ts';
import type { Sentence, StudyText } from './study-text.ts';
import type { Chapter } from './topic-chapters.ts';
import { centroid, dot, type SentenceVectors, similarity } from './vectors.ts';

/** Two sentences more alike than this say the same. */
const SAME = 0.62;
/** Share of all content stems in common from which two sentences say the same. */
const SAME_STEMS = 0.55;
/** Weight of novelty against importance (maximal marginal relevance, Carbonell 1998). */
const NOVELTY = 0.35;
const DEFINES = 1.3;
/** Parts in which an author says what a document says. */
const STATES = /^(?:\d+[.)]?\s+)?(?:abstract|(?:executive )?summary|conclusions?|key (?:points|takeaways|findings)|overview)\b/i;

/** What a meeting is for. */
const DECIDES =
  /\b(we (should|need to|have to|must|agreed?|decided?|want to)|we('re| are) (going to|gonna)|(agreed|decided) (on|to|that)|decision|let's (go|use|take|keep|have))\b/i;

/** How much each sentence says about the lecture and its chapter, by index; 0 for those that must not be shown alone. */
export type Importance = readonly number[];

/** Centrality (likeness to the direction of its chapter and of the whole) x quality, more for sentences that explain a term, sum up or decide. */
export function importance(
  text: StudyText,
  chapters: readonly Chapter[],
  vectors: SentenceVectors,
  explaining: ReadonlySet<number>,
): Importance {
  const whole = centroid(vectors.words);
  return text.sentences.map((sentence) => {
    const quality = sentenceQuality(sentence, text);
    if (quality === 0) return 0;
    const chapter = chapters.find(({ start, end }) => sentence.index >= start && sentence.index < end);
    const own = chapter ? chapterLikeness(chapter, vectors, sentence.index) : 0;
    const central = 0.15 + 0.4 * dot(whole, vectors.words[sentence.index]) + 0.6 * own;
    const states = sentence.headings.some((title) => STATES.test(title));
    const decides = text.meeting && DECIDES.test(sentence.text);
    return quality * central * (explaining.has(sentence.index) || states || decides ? DEFINES : 1);
  });
}

/** The most important sentences that do not repeat each other, in the order of the lecture. Every chapter is heard once if there is room. */
export function keyPassages(
  text: StudyText,
  chapters: readonly Chapter[],
  vectors: SentenceVectors,
  weights: Importance,
  count: number,
): Sentence[] {
  const first = chapters.flatMap((chapter) => select(text, chapter, vectors, weights, { count: 1, chosen: [] }));
  first.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
  const whole = { start: 0, end: text.sentences.length };
  const chosen: number[] = [];
  for (const index of first) {
    if (chosen.length < count && !chosen.some((other) => saysSame(text, vectors, index, other))) chosen.push(index);
  }
  const room = roomIn(chapters, count);
  for (const index of chosen) room.take(index);
  const all = [...chosen, ...select(text, whole, vectors, weights, { count: count - chosen.length, chosen, room })];
  all.sort((a, b) => a - b);
  return all.flatMap((index) => text.sentences[index] ?? []);
}

interface Room {
  /** False, and nothing taken, when the chapter of this sentence has its share. */
  take(index: number): boolean;
}

/** No chapter may have more than half again its share of the passages, and one more: a lively one would crowd out the others. */
function roomIn(chapters: readonly Chapter[], count: number): Room {
  const total = chapters.reduce((sum, { start, end }) => sum + end - start, 0);
  const left = new Map(
    chapters.map((chapter) => [chapter, 1 + Math.ceil((1.5 * count * (chapter.end - chapter.start)) / total)]),
  );
  return {
    take(index) {
      const chapter = chapters.find(({ start, end }) => index >= start && index < end);
      const free = chapter ? (left.get(chapter) ?? 0) : 0;
      if (!chapter || free <= 0) return false;
      left.set(chapter, free - 1);
      return true;
    },
  };
}

/** Up to `count` more sentences of a range, best first by importance less likeness to what is chosen already. */
export function select(
  text: StudyText,
  range: Chapter,
  vectors: SentenceVectors,
  weights: Importance,
  options: { count: number; chosen: readonly number[]; room?: Room },
): number[] {
  const picked: number[] = [];
  const top = Math.max(...weights.slice(range.start, range.end), 1e-9);
  const candidates = new Map<number, number>();
  for (let i = range.start; i < range.end; i++) if ((weights[i] ?? 0) > 0.2 * top) candidates.set(i, 0);
  const meet = (other: number) => {
    for (const [i, closest] of candidates) {
      if (i === other || saysSame(text, vectors, i, other)) candidates.delete(i);
      else candidates.set(i, Math.max(closest, similarity(vectors, i, other)));
    }
  };
  options.chosen.forEach(meet);
  while (picked.length < options.count && candidates.size > 0) {
    let best = { index: -1, value: Number.NEGATIVE_INFINITY };
    for (const [index, closest] of candidates) {
      const value = (1 - NOVELTY) * ((weights[index] ?? 0) / top) - NOVELTY * closest;
      if (value > best.value) best = { index, value };
    }
    if (options.room?.take(best.index) === false) {
      candidates.delete(best.index);
      continue;
    }
    picked.push(best.index);
    meet(best.index);
  }
  return picked;
}

export function saysSame(text: StudyText, vectors: SentenceVectors, a: number, b: number): boolean {
  if (dot(vectors.words[a], vectors.words[b]) > SAME + 0.15) return true;
  const [one, other] = [new Set(text.sentences[a]?.stems), new Set(text.sentences[b]?.stems)];
  const common = [...one].filter((stem) => other.has(stem)).length;
  const overlap = common / Math.max(1, Math.min(one.size, other.size));
  return overlap > SAME_STEMS + 0.25 || (overlap > SAME_STEMS && similarity(vectors, a, b) > SAME);
}

const centroids = new WeakMap<Chapter, Float32Array>();

function chapterLikeness(chapter: Chapter, vectors: SentenceVectors, index: number): number {
  const known = centroids.get(chapter) ?? centroid(vectors.words.slice(chapter.start, chapter.end));
  centroids.set(chapter, known);
  return dot(known, vectors.words[index]);
}
