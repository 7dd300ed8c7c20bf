import type { Definition } from './definitions.ts';
import { type KeyPhrase } from './key-phrases.ts';
import type { StudyText } from './study-text.ts';
import type { Chapter } from './topic-chapters.ts';

const MAX_LENGTH = 60;
/** A second phrase joins the title when it weighs at least this much of the first. */
const SECOND = 0.45;

/**
 * A heading for each chapter from the phrases that are frequent in it and rare outside, above all those that it announces
 * ("let us begin with ...") or explains. No two chapters get the same. Chapters of documents keep the title they have there.
 */
export function chapterTitles(
  text: StudyText,
  chapters: readonly Chapter[],
  phrases: readonly KeyPhrase[],
  definitions: readonly Definition[],
): string[] {
  const used = new Set<string>();
  return chapters.map((chapter, i) => {
    if (chapter.title !== undefined) return chapter.title;
    if (i > 0 && i === chapters.length - 1 && closes(text, chapter)) return 'Summary';
    const ranked = rank(text, chapter, chapters, phrases, definitions).filter(({ phrase }) => !used.has(phrase.key));
    const best = ranked[0];
    if (!best) return fallback(text, i);
    const second = ranked.find(
      (other) =>
        other !== best &&
        other.mentionsHere > 1 &&
        other.score >= SECOND * best.score &&
        !sharesWord(other.phrase.key, best.phrase.key),
    );
    const parts = second ? [best, second].sort((a, b) => a.at - b.at) : [best];
    const title = heading(parts.map(({ phrase }) => phrase));
    const short = title.length <= MAX_LENGTH ? title : heading([best.phrase]);
    for (const { phrase } of title === short ? parts : [best]) used.add(phrase.key);
    return short;
  });
}

interface Ranked {
  readonly phrase: KeyPhrase;
  readonly score: number;
  readonly mentionsHere: number;
  /** Sentence of its first mention in the chapter. */
  readonly at: number;
}

function rank(
  text: StudyText,
  chapter: Chapter,
  chapters: readonly Chapter[],
  phrases: readonly KeyPhrase[],
  definitions: readonly Definition[],
): Ranked[] {
  const explained = new Set(
    definitions.filter(({ sentences }) => isIn(chapter, sentences.at(-1)?.index ?? -1)).map(({ key }) => key),
  );
  const ranked = phrases.flatMap((phrase) => {
    const here = phrase.mentions.filter((mention) => isIn(chapter, mention.sentence));
    const first = here[0];
    if (!first) return [];
    const chaptersWith = chapters.filter((other) => phrase.mentions.some((mention) => isIn(other, mention.sentence))).length;
    const share = here.length / phrase.mentions.length;
    const announced = here.some((mention) => announces.test(text.sentences[mention.sentence]?.text ?? ''));
    const opens = first.sentence <= chapter.start + 1 && first.first <= 1 ? 1.5 : 1;
    const weight =
      opens * (explained.has(phrase.key) ? 2 : 1) * (announced ? 2 : 1) * (phrase.mentions.length > 1 || announced ? 1 : 0.25);
    const score =
      ((phrase.score * here.length) / phrase.mentions.length) *
      (0.4 + share) *
      Math.log(1 + chapters.length / chaptersWith) *
      weight;
    return [{ phrase, score, mentionsHere: here.length, at: first.sentence }];
  });
  ranked.sort((a, b) => b.score - a.score || a.at - b.at);
  return ranked.map((one) => fuller(one, ranked, chapter));
}

/** "Card" gives way to "flash cards" when at least half of its mentions in the chapter are part of that. */
function fuller(one: Ranked, ranked: readonly Ranked[], chapter: Chapter): Ranked {
  if (one.phrase.key.includes(' ')) return one;
  const count = (phrase: KeyPhrase) => phrase.mentions.filter((mention) => isIn(chapter, mention.sentence)).length;
  const longer = ranked.find(
    ({ phrase }) =>
      ` ${phrase.key} `.includes(` ${one.phrase.key} `) &&
      phrase.key !== one.phrase.key &&
      2 * count(phrase) >= count(one.phrase),
  );
  return longer ? { ...longer, score: one.score } : one;
}

const announces =
  /\b(let us|let's|begin with|start with|turn to|talk about|look at|move on to|now we|next is|topic|(first|second|third|next|last|other) [a-z]+ is|question is|focus on|discuss)\b/i;

function isIn(chapter: Chapter, index: number): boolean {
  return index >= chapter.start && index < chapter.end;
}

function sharesWord(a: string, b: string): boolean {
  const words = new Set(a.split(' '));
  return b.split(' ').some((word) => words.has(word));
}

function heading(phrases: readonly KeyPhrase[]): string {
  const text = phrases.map((phrase) => (phrase.definite ? `the ${phrase.text}` : phrase.text)).join(' and ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Whether the lecture says here that it sums up. */
function closes(text: StudyText, chapter: Chapter): boolean {
  const first = text.sentences.slice(chapter.start, chapter.start + 2).map((sentence) => sentence.text);
  return first.some((sentence) =>
    /^((so|and|now|finally),? )?(to (close|conclude|sum up|summari[sz]e|wrap up)|in (conclusion|summary))\b/i.test(sentence),
  );
}

function fallback(text: StudyText, i: number): string {
  return text.english ? `Part ${i + 1}` : `${i + 1}`;
}
