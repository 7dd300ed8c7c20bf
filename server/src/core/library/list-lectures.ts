import type { Lecture } from '../domain/library.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { findCourse } from './find.ts';

/** Lectures, newest first; of one course, or of all with `courseId` null. @throws AppError `course_not_found` */
export async function listLectures(
  deps: { store: { courses: Pick<Store['courses'], 'find' | 'list'>; lectures: Pick<Store['lectures'], 'list'> } },
  input: { scope: Scope; courseId: string | null; page: PageRequest },
): Promise<Page<Lecture>> {
  const { scope, courseId, page } = input;
  if (courseId === null) return deps.store.lectures.list(scope, {}, page);
  await findCourse(deps, { scope, courseId });
  return deps.store.lectures.list(scope, { courseId }, page);
}
