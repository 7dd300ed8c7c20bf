import type { Lecture } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { findPreset } from './presets.ts';
import { findCourse, findLecture } from './find.ts';

/** Changes what is given. @throws AppError `lecture_not_found`, `course_not_found`, `preset_not_found` */
export async function updateLecture(
  deps: {
    store: {
      courses: Pick<Store['courses'], 'find' | 'list'>;
      lectures: Pick<Store['lectures'], 'find' | 'list' | 'update'>;
      presets: Store['presets'];
    };
  },
  input: {
    scope: Scope;
    lectureId: string;
    change: {
      title?: string | undefined;
      presetId?: string | undefined;
      courseId?: string | undefined;
      pinned?: boolean | undefined;
    };
  },
): Promise<Lecture> {
  const { scope, change } = input;
  const lecture = await findLecture(deps, input);
  if (change.presetId !== undefined) await findPreset(deps, scope, change.presetId);
  if (change.courseId !== undefined) await findCourse(deps, { scope, courseId: change.courseId });
  const wanted = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  await deps.store.lectures.update(scope, lecture.id, wanted);
  return { ...lecture, ...wanted };
}
