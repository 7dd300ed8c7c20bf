import type { SearchReply as SearchDocument } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import { findPassages, type FindPassagesDeps } from './find-passages.ts';

export type SearchDeps = FindPassagesDeps;

export interface SearchInput {
  readonly scope: Scope;
  readonly query: string;
  readonly lectureId?: string;
  readonly courseId?: string;
  readonly limit: number;
}

/**
 * Finds where something was said, best first. Works by words alone (`degraded`) when meaning cannot be compared.
 *
 * @throws AppError `lecture_not_found`, `course_not_found` for a filter that names none, `search_unavailable`
 * @example await search(deps, { scope, query: 'what causes tides', limit: 10 }, signal)
 */
export async function search(deps: SearchDeps, input: SearchInput, signal: AbortSignal): Promise<SearchDocument> {
  const { scope, query, lectureId, courseId, limit } = input;
  if (lectureId !== undefined) await requireLecture(deps, scope, lectureId);
  if (courseId !== undefined) await requireCourse(deps, scope, courseId);
  const filter = { lectureIds: lectureId === undefined ? undefined : [lectureId], courseId };
  const { hits, degraded } = await findPassages(deps, { scope, text: query, filter, limit }, signal);
  const results = hits.map(({ passage, score }) => ({
    lectureId: passage.lectureId,
    sourceId: passage.sourceId,
    kind: passage.kind,
    text: passage.text,
    startMs: passage.startMs,
    endMs: passage.endMs,
    page: passage.page,
    score,
  }));
  return { results, degraded };
}

async function requireLecture({ store }: SearchDeps, scope: Scope, id: string): Promise<void> {
  if (await store.lectures.find(scope, id)) return;
  throw new AppError('lecture_not_found', `There is no lecture "${id.slice(0, 80)}". GET /lectures lists what exists.`);
}

async function requireCourse({ store }: SearchDeps, scope: Scope, id: string): Promise<void> {
  if (await store.courses.find(scope, id)) return;
  throw new AppError('course_not_found', `There is no course "${id.slice(0, 80)}". GET /courses lists what exists.`);
}
