import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Lecture } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { findPreset } from './presets.ts';

/**
 * Makes a lecture that holds nothing yet, for documents to be added to. Unknown courses are made.
 *
 * @throws AppError `preset_not_found`, `lecture_conflict`, `course_not_found` for a course in the trash
 */
export async function createLecture(
  deps: { store: Pick<Store, 'transaction' | 'presets'>; clock: Pick<Clock, 'now'> },
  input: {
    scope: Extract<Scope, { kind: 'owner' }>;
    id: string | null;
    title: string;
    courseId: string;
    presetId: string;
  },
): Promise<Lecture> {
  const { scope, courseId, presetId, title } = input;
  await findPreset(deps, scope, presetId);
  const owned = { ownerId: scope.ownerId, createdAt: deps.clock.now(), deletedAt: null };
  const lecture: Lecture = { ...owned, id: input.id ?? newId('lec'), courseId, presetId, title, pinned: false };
  const created = await deps.store.transaction(async (tx) => {
    if (await tx.courses.find(scope, courseId, { trashed: true })) throw courseInTrash(courseId);
    await tx.courses.insert(scope, { ...owned, id: courseId, title: courseId });
    return tx.lectures.insert(scope, lecture);
  });
  if (created) return lecture;
  throw new AppError(
    'lecture_conflict',
    `The lecture "${lecture.id}" exists already, perhaps in the trash. Use another id, or restore it.`,
  );
}

function courseInTrash(courseId: string): AppError {
  return new AppError(
    'course_not_found',
    `The course "${courseId}" is in the trash. Restore it (POST /api/courses/${courseId}/restore) or use another course.`,
  );
}
