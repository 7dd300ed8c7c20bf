import type { Course } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { findCourse } from './find.ts';

/** @throws AppError `course_not_found` */
export async function renameCourse(
  deps: { store: { courses: Pick<Store['courses'], 'find' | 'list' | 'rename'> } },
  input: { scope: Scope; courseId: string; title: string },
): Promise<Course> {
  const course = await findCourse(deps, input);
  await deps.store.courses.rename(input.scope, course.id, input.title);
  return { ...course, title: input.title };
}
