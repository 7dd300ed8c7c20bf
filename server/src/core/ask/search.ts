import type { SearchReply as SearchDocument, SourceKind } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { SearchHit, SearchQuery } from '../ports/search-index.ts';
import { findPassages, MAX_FETCH, type FindPassagesDeps, type FoundPassages } from './find-passages.ts';
import { highlighter, snippetOf } from './highlight.ts';
import { mergeDuplicates, type MergedHit } from './merge-duplicates.ts';

export type SearchDeps = FindPassagesDeps;

export interface SearchInput {
  readonly scope: Scope;
  readonly query: string;
  /** Any of these; all when left out. */
  readonly lectureIds?: readonly string[] | undefined;
  readonly courseId?: string | undefined;
  readonly kind?: SourceKind | undefined;
  /** Only what was said in this part of a recording, both ends included; documents have no times and are left out then. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only what this speaker says some of. */
  readonly speaker?: string | undefined;
  readonly limit: number;
}

/**
 * Finds where something was said, best first. Works by words alone (`degraded`) when meaning cannot be compared. What stands
 * nearly alike in several places is one result.
 *
 * @throws AppError `lecture_not_found`, `course_not_found` for a filter that names none, `invalid_request` for a part that
 * ends before it begins, `search_unavailable`
 * @example await search(deps, { scope, query: 'what causes tides', limit: 10 }, signal)
 */
export async function search(deps: SearchDeps, input: SearchInput, signal: AbortSignal): Promise<SearchDocument> {
  const { scope, query, lectureIds, courseId, kind, fromMs, toMs, limit } = input;
  if (fromMs !== undefined && toMs !== undefined && toMs < fromMs) {
    throw new AppError('invalid_request', '"toMs" must not be smaller than "fromMs".');
  }
  for (const lectureId of lectureIds ?? []) await requireLecture(deps, scope, lectureId);
  if (courseId !== undefined) await requireCourse(deps, scope, courseId);
  const filter: SearchQuery['filter'] = {
    ...(lectureIds && { lectureIds }),
    ...(courseId !== undefined && { courseId }),
    ...(kind && { kind }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  };
  const { hits, degraded } = await findDifferent(deps, { scope, text: query, filter, speaker: input.speaker, limit }, signal);
  const highlight = highlighter(query);
  const results = hits.map(({ passage, score, alsoAt }) => {
    const highlights = highlight(passage.text);
    return {
      ...placeOf({ passage }),
      text: passage.text,
      score,
      highlights,
      snippet: snippetOf(passage.text, highlights),
      alsoAt: alsoAt.map(placeOf),
    };
  });
  return { results, degraded };
}

/** As many hits as wanted that differ from each other, as far as there are. */
async function findDifferent(
  deps: SearchDeps,
  wanted: Parameters<typeof findPassages>[1],
  signal: AbortSignal,
): Promise<Omit<FoundPassages, 'hits'> & { readonly hits: readonly MergedHit[] }> {
  for (let size = 2 * wanted.limit + 10; ; size *= 4) {
    const limit = Math.min(size, MAX_FETCH);
    const found = await findPassages(deps, { ...wanted, limit }, signal);
    const hits = mergeDuplicates(found.hits, wanted.limit);
    if (hits.length === wanted.limit || found.hits.length < limit || limit === MAX_FETCH) return { ...found, hits };
  }
}

function placeOf({ passage }: Pick<SearchHit, 'passage'>) {
  const { lectureId, sourceId, kind, startMs, endMs, page } = passage;
  return { lectureId, sourceId, kind, startMs, endMs, page };
}

async function requireLecture({ store }: SearchDeps, scope: Scope, id: string): Promise<void> {
  if (await store.lectures.find(scope, id)) return;
  throw new AppError('lecture_not_found', `There is no lecture "${id.slice(0, 80)}". GET /lectures lists what exists.`);
}

async function requireCourse({ store }: SearchDeps, scope: Scope, id: string): Promise<void> {
  if (await store.courses.find(scope, id)) return;
  throw new AppError('course_not_found', `There is no course "${id.slice(0, 80)}". GET /courses lists what exists.`);
}
