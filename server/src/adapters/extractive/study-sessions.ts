import type { KeyTerm } from './key-terms.ts';
import type { Question } from './questions.ts';
import type { Sentence, StudyText } from './study-text.ts';
import type { Chapter } from './topic-chapters.ts';

export interface StudySession {
  readonly title: string;
  readonly goal: string;
  readonly minutes: number;
  readonly chapters: readonly SessionPart[];
}

/** A chapter to go through, by its first and last sentence. */
export interface SessionPart {
  readonly title: string;
  readonly first: Sentence;
  readonly last: Sentence;
}

interface Part extends SessionPart {
  readonly minutes: number;
  readonly terms: readonly string[];
}

/** Attention holds for about 25 minutes (Cirillo's pomodoro); sessions are filled up to this. */
const SESSION_MINUTES = 25;
/** Silent reading, words a minute (Brysbaert 2019: 238 for non-fiction in English). */
const READING_WORDS_PER_MINUTE = 238;
/** What a term and a card or question take on top of hearing or reading it once. */
const TERM_MINUTES = 0.5;
const CARD_MINUTES = 0.5;
const MOST_TERMS = 4;

/**
 * Groups the chapters, in their order, into sessions of about 25 minutes: the time of listening or reading, and some for
 * each term and each card or question about it. A longer chapter is a session alone.
 */
export function studySessions(study: {
  readonly text: StudyText;
  readonly chapters: readonly Chapter[];
  readonly titles: readonly string[];
  readonly terms: readonly KeyTerm[];
  readonly practice: readonly Pick<Question, 'sentences'>[];
}): StudySession[] {
  const groups: Part[][] = [];
  for (const [index, chapter] of study.chapters.entries()) {
    const part = partOf(study, chapter, study.titles[index] ?? `${index + 1}`);
    if (!part) continue;
    const open = groups.at(-1);
    if (open && sum(open) + part.minutes <= SESSION_MINUTES) open.push(part);
    else groups.push([part]);
  }
  return groups.map((parts) => ({
    title: titleOf(parts),
    goal: goalOf(parts, study.text.english),
    minutes: Math.max(5, Math.ceil(sum(parts) / 5) * 5),
    chapters: parts.map(({ title, first, last }) => ({ title, first, last })),
  }));
}

function partOf(
  { text, terms, practice }: Pick<Parameters<typeof studySessions>[0], 'text' | 'terms' | 'practice'>,
  { start, end }: Chapter,
  title: string,
): Part | null {
  const [first, last] = [text.sentences[start], text.sentences[end - 1]];
  if (!first || !last) return null;
  const within = ({ sentences }: { sentences: readonly Sentence[] }): boolean => {
    const index = sentences.at(-1)?.index ?? -1;
    return index >= start && index < end;
  };
  const explained = terms.filter(within);
  const asked = practice.filter(within).length;
  const minutes = minutesOf(text.sentences.slice(start, end)) + explained.length * TERM_MINUTES + asked * CARD_MINUTES;
  return { title, first, last, minutes, terms: explained.map(({ term }) => term) };
}

/** How long it takes to hear the chapter, or to read it where it was never spoken. */
function minutesOf(sentences: readonly Sentence[]): number {
  const [from, to] = [sentences[0]?.passage.startMs ?? null, sentences.at(-1)?.passage.endMs ?? null];
  if (from !== null && to !== null && to > from) return (to - from) / 60_000;
  return sentences.reduce((words, { tokens }) => words + tokens.length, 0) / READING_WORDS_PER_MINUTE;
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((minutes, part) => minutes + part.minutes, 0);
}

function titleOf(parts: readonly Part[]): string {
  const [first, last] = [parts[0]?.title ?? '', parts.at(-1)?.title ?? ''];
  return parts.length > 1 ? `${first} to ${last}` : first;
}

/** Names the terms of the session, or its chapters where no term is explained. */
function goalOf(parts: readonly Part[], english: boolean): string {
  const terms = [...new Set(parts.flatMap((part) => part.terms))].slice(0, MOST_TERMS);
  const names = terms.length > 0 ? terms : parts.map(({ title }) => title);
  // Words of ours would be in another language than the lecture's.
  if (!english) return names.join(', ');
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}` : (names[0] ?? '');
  return terms.length > 0 ? `Explain ${list} in your own words.` : `Say what was said about ${list}.`;
}
