import type { Sentence } from './study-text.ts';
import type { Chapter } from './topic-chapters.ts';

/** Headings part a document when they make at least this share of the usual number of chapters, and at most so many times it. */
const [FEWEST, MOST] = [0.25, 3];
/** No chapter may be more of the document than this: then its headings say nothing about most of it. */
const MOST_SHARE = 0.7;
const MAX_TITLE = 120;
/** Documents do not nest headings deeper. */
const DEPTHS = [1, 2, 3, 4];

/**
 * The chapters of a document by its own headings, on the level whose number of chapters is nearest to `usual`; null where it has no
 * headings, or none that part it.
 *
 * @param sentences of one source, in order
 * @param usual how many chapters a text of its length has
 */
export function headedChapters(sentences: readonly Sentence[], usual: number): Chapter[] | null {
  const cuts = DEPTHS.map((depth) => cutAt(sentences, depth)).filter((chapters) => parts(chapters, sentences.length, usual));
  const off = (chapters: readonly Chapter[]): number => Math.abs(Math.log(chapters.length / usual));
  return cuts.reduce<Chapter[] | null>((best, next) => (best && off(best) <= off(next) ? best : next), null);
}

function cutAt(sentences: readonly Sentence[], depth: number): Chapter[] {
  const offset = sentences[0]?.index ?? 0;
  const pathOf = ({ headings }: Sentence): readonly string[] => headings.slice(0, depth);
  const starts = sentences.flatMap((sentence, i) => {
    const before = sentences[i - 1];
    return before && pathOf(before).join('\n') === pathOf(sentence).join('\n') ? [] : [i];
  });
  return starts.map((start, i) => {
    const title = sentences[start] && pathOf(sentences[start]).at(-1)?.slice(0, MAX_TITLE);
    const range = { start: offset + start, end: offset + (starts[i + 1] ?? sentences.length) };
    return title === undefined ? range : { ...range, title };
  });
}

function parts(chapters: readonly Chapter[], count: number, usual: number): boolean {
  const largest = Math.max(0, ...chapters.map(({ start, end }) => end - start));
  const titled = chapters.filter(({ title }) => title !== undefined).length;
  return (
    titled >= 2 &&
    largest <= count * MOST_SHARE &&
    chapters.length >= usual * FEWEST &&
    chapters.length <= Math.max(4, usual * MOST)
  );
}
