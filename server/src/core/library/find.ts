import { AppError } from '../domain/app-error.ts';
import type { Course, Lecture } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/** How many of what there is are named when something is not found. */
const NAMED = { cursor: null, limit: 5 };

/** @throws AppError `course_not_found`, naming some that exist */
export async function findCourse(
  deps: { store: { courses: Pick<Store['courses'], 'find' | 'list'> } },
  input: { scope: Scope; courseId: string },
): Promise<Course> {
  const { scope, courseId } = input;
  const course = await deps.store.courses.find(scope, courseId);
  if (course) return course;
  const page = await deps.store.courses.list(scope, {}, NAMED);
  throw new AppError('course_not_found', `There is no course "${courseId}". ${naming('courses', page.items, page.nextCursor)}`);
}

/** @throws AppError `lecture_not_found`, naming some that exist */
export async function findLecture(
  deps: { store: { lectures: Pick<Store['lectures'], 'find' | 'list'> } },
  input: { scope: Scope; lectureId: string },
): Promise<Lecture> {
  const { scope, lectureId } = input;
  const lecture = await deps.store.lectures.find(scope, lectureId);
  if (lecture) return lecture;
  if (await deps.store.lectures.find(scope, lectureId, { trashed: true })) {
    throw new AppError(
      'lecture_not_found',
      `The lecture "${lectureId}" is in the trash. Restore it with POST /api/lectures/${lectureId}/restore.`,
    );
  }
  const page = await deps.store.lectures.list(scope, {}, NAMED);
  throw new AppError(
    'lecture_not_found',
    `There is no lecture "${lectureId}". ${naming('lectures', page.items, page.nextCursor)}`,
  );
}

/** `There are: a, b, ...` */
export function naming(what: string, items: readonly { readonly id: string }[], nextCursor: string | null = null): string {
  if (items.length === 0) return `There are no ${what} yet.`;
  return `There ${items.length === 1 ? 'is' : 'are'}: ${items.map((item) => item.id).join(', ')}${nextCursor === null ? '' : ', ...'}.`;
}
