import { z } from 'zod';
import type { Scope } from '../domain/scope.ts';
import type { Source } from '../domain/library.ts';
import type { Store } from '../ports/store.ts';
import { isStopWord } from '../domain/content-terms.ts';

const STEP = 'vocabulary';
/** Engines that take hints take about 200 tokens of them. */
const MOST_TERMS = 100;
/** The newest lectures of a course, and how much of its slides and papers is looked through. */
const MOST_LECTURES = 100;
const MOST_CHARACTERS = 2_000_000;
/** A name stands in a document more than once; a term that is no name more often, and is long. */
const NAME_TIMES = 2;
const TERM_TIMES = 3;
const TERM_LETTERS = 8;

type VocabularyStore = Pick<Store, 'lectures' | 'transcripts' | 'documents'>;

interface Counted {
  readonly text: string;
  times: number;
  /** Within a sentence, so that the capital means something. */
  capitals: number;
  small: number;
}

/**
 * The vocabulary of one transcription: what the course had when it began, so that a run that was stopped goes on with the same
 * hints, and so do the workers that help it.
 */
export async function vocabularyFor(
  store: VocabularyStore & Pick<Store, 'outputs'>,
  scope: Scope,
  { source, jobId }: { readonly source: Source; readonly jobId: string },
): Promise<readonly string[]> {
  const key = `${STEP}:${jobId}`;
  const found = await store.outputs.find(scope, key);
  if (found?.complete) return z.array(z.string()).parse(found.body);
  const terms = await courseVocabulary(store, scope, source);
  await store.outputs.complete(scope, key, { step: STEP, sourceId: source.id, body: terms });
  return terms;
}

/**
 * Names and terms of the course a recording belongs to, the most telling first: what people wrote in place of words that were
 * misheard, names in slides and papers, then their long and frequent words.
 */
export async function courseVocabulary(
  store: VocabularyStore,
  scope: Scope,
  source: Pick<Source, 'lectureId'>,
): Promise<readonly string[]> {
  const lecture = await store.lectures.find(scope, source.lectureId);
  if (!lecture) return [];
  const { items } = await store.lectures.list(scope, { courseId: lecture.courseId }, { limit: MOST_LECTURES, cursor: null });
  const corrected = new Map<string, number>();
  const counts = new Map<string, Counted>();
  let characters = 0;
  for (const { id } of items) {
    for (const head of await store.transcripts.heads(scope, id))
      if (head.origin === 'corrected')
        countCorrections(corrected, await store.transcripts.revision(scope, head.sourceId, head.version));
    for (const { sourceId } of characters < MOST_CHARACTERS ? await store.documents.heads(scope, id) : []) {
      const document = await store.documents.latest(scope, sourceId);
      for (const page of document?.pages ?? []) {
        characters += page.text.length;
        if (characters < MOST_CHARACTERS) countTerms(counts, page.text);
      }
    }
  }
  return ranked(corrected, counts);
}

function countCorrections(counts: Map<string, number>, revision: Awaited<ReturnType<Store['transcripts']['revision']>>): void {
  for (const { text } of revision?.texts ?? [])
    for (const word of wordsIn(text))
      if (word.length > 3 && !isStopWord(word.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
}

function countTerms(counts: Map<string, Counted>, text: string): void {
  for (const match of text.matchAll(/\p{L}[\p{L}\p{M}\p{N}'’-]*/gu)) {
    const word = match[0].replace(/['’]s$/, '');
    const key = word.toLowerCase();
    if (word.length < 4 || isStopWord(key)) continue;
    const counted = counts.get(key) ?? { text: word, times: 0, capitals: 0, small: 0 };
    counted.times += 1;
    if (word === key) counted.small += 1;
    else if (!/(?:^|[.!?:;\n•–-]\s*)$/u.test(text.slice(Math.max(0, match.index - 3), match.index))) counted.capitals += 1;
    counts.set(key, counted);
  }
}

function ranked(corrected: ReadonlyMap<string, number>, counts: ReadonlyMap<string, Counted>): readonly string[] {
  const byNumber = ([a, times]: readonly [string, number], [b, other]: readonly [string, number]): number =>
    other - times || (a < b ? -1 : 1);
  const counted = [...counts.values()];
  // The first word of a corrected sentence has a capital too; where documents write it without one, it is no name.
  const written = [...corrected].map(
    ([text, times]) => [counts.get(text.toLowerCase())?.small ? text.toLowerCase() : text, times] as const,
  );
  const names = counted.filter(({ capitals, small }) => capitals >= NAME_TIMES && small === 0);
  const terms = counted.filter(({ times, small, text }) => small > 0 && times >= TERM_TIMES && text.length >= TERM_LETTERS);
  const groups = [
    written.sort(byNumber),
    names.map(({ text, times }) => [text, times] as const).sort(byNumber),
    terms.map(({ text, times }) => [text.toLowerCase(), times * text.length] as const).sort(byNumber),
  ];
  const found = new Map<string, string>();
  for (const [text] of groups.flat()) if (!found.has(text.toLowerCase())) found.set(text.toLowerCase(), text);
  return [...found.values()].slice(0, MOST_TERMS);
}

function wordsIn(text: string): string[] {
  return text.match(/\p{L}[\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
}
