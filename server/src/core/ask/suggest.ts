import type { SuggestReply } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import { allowedEdits, distanceFrom, fold } from '../domain/edit-distance.ts';
import type { Scope } from '../domain/scope.ts';
import { wordPlaces } from '../domain/word-places.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';

export interface SuggestDeps {
  readonly store: {
    readonly courses: Pick<Store['courses'], 'find' | 'list'>;
    readonly lectures: Pick<Store['lectures'], 'find' | 'list'>;
  };
  readonly searchIndex: Pick<SearchIndex, 'suggest'>;
}

export interface SuggestInput {
  readonly scope: Scope;
  /** What stands in the search box. */
  readonly query: string;
  readonly courseId?: string | undefined;
  readonly limit: number;
}

type Suggestion = SuggestReply['suggestions'][number];

/** Newest lectures, and courses, whose titles are looked at: this runs with every key that is pressed. */
const MAX_TITLES = 500;

/**
 * Ways to go on with what is being typed: titles of lectures and courses that hold all its words, and words and phrases of
 * the material that begin like its last word. What lies in the trash is not suggested. Nothing for a text without words.
 *
 * @throws AppError `course_not_found` for a filter that names none, `search_unavailable`, `cancelled`
 * @example await suggest(deps, { scope, query: 'photosy', limit: 8 }, signal)
 */
export async function suggest(deps: SuggestDeps, input: SuggestInput, signal: AbortSignal): Promise<SuggestReply> {
  const { scope, query, courseId, limit } = input;
  if (courseId !== undefined && !(await deps.store.courses.find(scope, courseId))) {
    throw new AppError('course_not_found', `There is no course "${courseId.slice(0, 80)}". GET /courses lists what exists.`);
  }
  const [titles, terms] = await Promise.all([findTitles(deps, input), findTerms(deps, input, signal)]);
  // Right before wrong, and of both not more than half titles while there are terms enough.
  const most = Math.max(Math.ceil(limit / 2), limit - terms.length);
  const ranked = [...titles.slice(0, most), ...terms].map((each, index) => ({ ...each, index }));
  const different = new Map<string, Suggestion>();
  for (const { suggestion } of ranked.sort((a, b) => a.edits - b.edits || a.index - b.index)) {
    const key = fold(suggestion.text);
    if (!different.has(key) && (suggestion.kind === 'title' || key !== fold(query.trim()))) different.set(key, suggestion);
  }
  return { suggestions: [...different.values()].slice(0, limit) };
}

interface Ranked {
  readonly suggestion: Suggestion;
  readonly edits: number;
}

async function findTitles({ store }: SuggestDeps, { scope, query, courseId }: SuggestInput): Promise<Ranked[]> {
  const page = { cursor: null, limit: MAX_TITLES };
  const lectures = await store.lectures.list(scope, courseId === undefined ? {} : { courseId }, page);
  const courses = courseId === undefined ? (await store.courses.list(scope, {}, page)).items : [];
  const candidates: Suggestion[] = [
    ...courses.map(({ id, title }) => ({ text: title, kind: 'title' as const, lectureId: null, courseId: id })),
    ...lectures.items.map((lecture) => ({
      text: lecture.title,
      kind: 'title' as const,
      lectureId: lecture.id,
      courseId: lecture.courseId,
    })),
  ];
  const typed = wordPlaces(query).map(({ word }) => {
    const folded = fold(word);
    const most = allowedEdits(folded.length);
    return { most, distanceTo: distanceFrom(folded, most, 'beginning') };
  });
  const begins = fold(query.trim());
  return candidates
    .flatMap((suggestion) => {
      const edits = titleEdits(typed, suggestion.text);
      return edits === null ? [] : [{ suggestion, edits, first: fold(suggestion.text).startsWith(begins) ? 0 : 1 }];
    })
    .sort((a, b) => a.edits - b.edits || a.first - b.first);
}

interface TypedWord {
  readonly most: number;
  readonly distanceTo: (word: string) => number;
}

/** How many letters are wrong when each word that was typed begins a word of the title; null when one does not. */
function titleEdits(typed: readonly TypedWord[], title: string): number | null {
  if (typed.length === 0) return null;
  const words = wordPlaces(title).map(({ word }) => fold(word));
  let sum = 0;
  for (const { most, distanceTo } of typed) {
    const distances = words.map(distanceTo);
    const least = Math.min(...distances, most + 1);
    if (least > most) return null;
    words.splice(distances.indexOf(least), 1); // a word of the title serves one that was typed
    sum += least;
  }
  return sum;
}

async function findTerms({ store, searchIndex }: SuggestDeps, input: SuggestInput, signal: AbortSignal): Promise<Ranked[]> {
  const { scope, query, courseId, limit } = input;
  const filter = courseId === undefined ? {} : { courseId };
  const found = await searchIndex.suggest(scope, { text: query, limit: 2 * limit, ...filter }, signal);
  const lectures = new Map<string, ReturnType<typeof store.lectures.find>>();
  const findLecture = (id: string): ReturnType<typeof store.lectures.find> => {
    const lecture = lectures.get(id) ?? store.lectures.find(scope, id);
    lectures.set(id, lecture);
    return lecture;
  };
  const live: Ranked[] = [];
  for (const { text, lectureIds, edits } of found) {
    if (live.length === limit) break;
    for (const lectureId of lectureIds) {
      const lecture = await findLecture(lectureId);
      if (!lecture) continue;
      live.push({ suggestion: { text, kind: 'term', lectureId, courseId: lecture.courseId }, edits });
      break;
    }
  }
  return live;
}
