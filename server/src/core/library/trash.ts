import { AppError } from '../domain/app-error.ts';
import { TRASH_DAYS, type Course, type Lecture, type Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { cancelJob } from '../jobs/cancel-job.ts';
import type { Clock, Events, Store } from '../ports/index.ts';

export interface TrashDeps {
  readonly store: Store;
  readonly events: Events;
  readonly clock: Pick<Clock, 'now'>;
}

interface SourceInput {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly sourceId: string;
}

/** Something that was deleted by itself; what lies in it is not listed. */
export interface TrashItem {
  /** `audio` and `transcript`: what retention took of a recording that is there otherwise. */
  readonly type: 'course' | 'lecture' | 'source' | 'audio' | 'transcript' | 'artifact';
  /** For `audio` and `transcript` that of the recording. */
  readonly id: string;
  /** Null for a course. */
  readonly lectureId: string | null;
  readonly title: string;
  readonly deletedAt: number;
  /** When it goes for good. */
  readonly purgeAt: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const LIST_LIMIT = 1_000;
const BATCH = 100;

/**
 * Puts a course into the trash: its lectures are hidden with it and their unfinished jobs cancelled.
 * @throws AppError `course_not_found`
 */
export async function trashCourse(deps: TrashDeps, input: { scope: Scope; courseId: string }): Promise<Course> {
  const { store } = deps;
  const { scope, courseId } = input;
  const course = await store.courses.find(scope, courseId);
  if (!course) throw notFound('course', courseId);
  const deletedAt = deps.clock.now();
  await store.courses.setDeletedAt(scope, courseId, deletedAt);
  // Hidden first: no new job can be asked for while the old ones are cancelled.
  for (let cursor: string | null = null; ;) {
    const page = await store.lectures.list(scope, { courseId, trashed: true }, { cursor, limit: BATCH });
    for (const lecture of page.items) await cancelJobs(deps, scope, lecture.id);
    cursor = page.nextCursor;
    if (cursor === null) return { ...course, deletedAt };
  }
}

/** Puts a lecture into the trash and cancels its unfinished jobs. @throws AppError `lecture_not_found` */
export async function trashLecture(deps: TrashDeps, input: { scope: Scope; lectureId: string }): Promise<Lecture> {
  const { scope, lectureId } = input;
  const lecture = await deps.store.lectures.find(scope, lectureId);
  if (!lecture) throw notFound('lecture', lectureId);
  const deletedAt = deps.clock.now();
  await deps.store.lectures.setDeletedAt(scope, lectureId, deletedAt);
  await cancelJobs(deps, scope, lectureId);
  return { ...lecture, deletedAt };
}

/** Puts one recording or document into the trash and cancels the jobs on it. @throws AppError `source_not_found` */
export async function trashSource(deps: TrashDeps, input: SourceInput): Promise<Source> {
  const { scope, lectureId, sourceId } = input;
  const source = await deps.store.sources.find(scope, sourceId);
  if (source?.lectureId !== lectureId) throw notFound('source', sourceId);
  const deletedAt = deps.clock.now();
  await deps.store.sources.setDeletedAt(scope, sourceId, deletedAt);
  await cancelJobs(deps, scope, lectureId, sourceId);
  return { ...source, deletedAt };
}

/** Brings a course back with the lectures that were visible in it. @throws AppError `course_not_found` */
export async function restoreCourse(deps: Pick<TrashDeps, 'store'>, input: { scope: Scope; courseId: string }): Promise<Course> {
  const { scope, courseId } = input;
  await deps.store.courses.setDeletedAt(scope, courseId, null);
  const course = await deps.store.courses.find(scope, courseId);
  if (!course) throw notFound('course', courseId);
  return course;
}

/** @throws AppError `lecture_not_found`; `course_not_found` when its course is in the trash itself */
export function restoreLecture(deps: Pick<TrashDeps, 'store'>, input: { scope: Scope; lectureId: string }): Promise<Lecture> {
  const { scope, lectureId } = input;
  return deps.store.transaction(async (tx) => {
    const lecture = (await tx.lectures.find(scope, lectureId)) ?? (await tx.lectures.find(scope, lectureId, { trashed: true }));
    if (!lecture) throw notFound('lecture', lectureId);
    if (!(await tx.courses.find(scope, lecture.courseId))) throw inTrash('course', lecture.courseId);
    await tx.lectures.setDeletedAt(scope, lectureId, null);
    return { ...lecture, deletedAt: null };
  });
}

/** @throws AppError `source_not_found`; `lecture_not_found` when its lecture is in the trash itself */
export function restoreSource(deps: Pick<TrashDeps, 'store'>, input: SourceInput): Promise<Source> {
  const { scope, lectureId, sourceId } = input;
  return deps.store.transaction(async (tx) => {
    const source = (await tx.sources.find(scope, sourceId)) ?? (await tx.sources.find(scope, sourceId, { trashed: true }));
    if (source?.lectureId !== lectureId) throw notFound('source', sourceId);
    if (!(await tx.lectures.find(scope, lectureId))) throw inTrash('lecture', lectureId);
    await tx.sources.setDeletedAt(scope, sourceId, null);
    return { ...source, deletedAt: null };
  });
}

/** What was deleted and can be restored, newest first; of each type the 1,000 that go next. */
export async function listTrash(deps: Pick<TrashDeps, 'store'>, scope: Scope): Promise<readonly TrashItem[]> {
  const { courses, lectures, sources, holdings, artifacts } = deps.store;
  const items = [
    ...(await courses.expired(scope, Number.MAX_SAFE_INTEGER, LIST_LIMIT)).map((course) => toItem('course', course)),
    ...(await lectures.expired(scope, Number.MAX_SAFE_INTEGER, LIST_LIMIT)).map((lecture) => toItem('lecture', lecture)),
    ...(await sources.expired(scope, Number.MAX_SAFE_INTEGER, LIST_LIMIT)).map((source) => toItem('source', source)),
    ...(await holdings.inTrash(scope, LIST_LIMIT)).map(({ holding, sourceId, at, ...item }) =>
      toItem(holding, { ...item, id: sourceId, deletedAt: at }),
    ),
    ...(await artifacts.trashed(scope, LIST_LIMIT)).map((artifact) => toItem('artifact', artifact)),
  ];
  return items.sort((a, b) => b.deletedAt - a.deletedAt);
}

function toItem(
  type: TrashItem['type'],
  row: { id: string; title: string; deletedAt: number | null; lectureId?: string },
): TrashItem {
  const deletedAt = row.deletedAt ?? 0; // `expired` lists only what has a time
  const lectureId = type === 'lecture' ? row.id : (row.lectureId ?? null);
  return { type, id: row.id, lectureId, title: row.title, deletedAt, purgeAt: deletedAt + TRASH_DAYS * DAY_MS };
}

/** Cancels what waits or runs for the lecture, or only for one of its sources. */
async function cancelJobs(deps: TrashDeps, scope: Scope, lectureId: string, sourceId?: string): Promise<void> {
  for (const status of ['queued', 'running'] as const) {
    // Cancelled jobs leave the listing of their status while it is read, so the ids are collected first.
    const ids: string[] = [];
    for (let cursor: string | null = null; ;) {
      const page = await deps.store.jobs.list(scope, { lectureId, status }, { cursor, limit: BATCH });
      ids.push(...page.items.filter((job) => sourceId === undefined || job.sourceId === sourceId).map((job) => job.id));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    for (const id of ids) await cancelJob(deps, { scope, jobId: id }).catch(ignoreEnded);
  }
}

/** It ended on its own in between, which is as good. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof AppError) || (error.code !== 'job_not_cancellable' && error.code !== 'job_not_found')) throw error;
}

function notFound(type: 'course' | 'lecture' | 'source', id: string): AppError {
  return new AppError(
    `${type}_not_found`,
    `There is no ${type} "${id.slice(0, 80)}". What is deleted can be restored for ${TRASH_DAYS} days.`,
  );
}

function inTrash(type: 'course' | 'lecture', id: string): AppError {
  return new AppError(`${type}_not_found`, `The ${type} "${id.slice(0, 80)}" that holds it is in the trash. Restore that first.`);
}
