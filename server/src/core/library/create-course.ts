import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Course } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** Creates a course; an id is made unless one is given. @throws AppError `course_conflict` */
export async function createCourse(
  deps: { store: { courses: Pick<Store['courses'], 'insert'> }; clock: Pick<Clock, 'now'> },
  input: { scope: Extract<Scope, { kind: 'owner' }>; id: string | null; title: string },
): Promise<Course> {
  const course: Course = {
    id: input.id ?? newId('crs'),
    ownerId: input.scope.ownerId,
    title: input.title,
    createdAt: deps.clock.now(),
    deletedAt: null,
  };
  if (await deps.store.courses.insert(input.scope, course)) return course;
  throw new AppError(
    'course_conflict',
    `The course "${course.id}" exists already, perhaps in the trash. Choose another id, rename the course or restore it.`,
  );
}
