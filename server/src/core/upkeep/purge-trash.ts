import { TRASH_DAYS, type Course, type Lecture, type Source } from '../domain/library.ts';
import { ownerScope, systemScope, type Scope } from '../domain/scope.ts';
import type { Blobs, Clock, Log, SearchIndex, Store } from '../ports/index.ts';

export interface PurgeDeps {
  readonly store: Store;
  readonly blobs: Pick<Blobs, 'remove'>;
  readonly searchIndex: Pick<SearchIndex, 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface PurgeResult {
  readonly courses: number;
  readonly lectures: number;
  readonly sources: number;
  readonly threads: number;
  readonly artifacts: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;

/**
 * Removes for good what was in the trash for more than `TRASH_DAYS`: search entries first, then rows, then files.
 * Stopped in between, the next run goes on: rows are the list of what is left to do, and a file that stays without a
 * row is the smaller harm than a row without its file.
 */
export async function purgeTrash(deps: PurgeDeps, signal: AbortSignal): Promise<PurgeResult> {
  const { store } = deps;
  const before = deps.clock.now() - TRASH_DAYS * DAY_MS;
  const sources = await purgeAll((limit) => store.sources.expired(systemScope, before, limit), purgeSource);
  const lectures = await purgeAll((limit) => store.lectures.expired(systemScope, before, limit), purgeLecture);
  const courses = await purgeAll((limit) => store.courses.expired(systemScope, before, limit), purgeCourse);
  const threads = await store.threads.removeExpired(before);
  const artifacts = await store.artifacts.removeExpired(before);
  return { courses, lectures, sources, threads, artifacts };

  async function purgeAll<T extends { ownerId: string }>(
    next: (limit: number) => Promise<readonly T[]>,
    purge: (deps: PurgeDeps, scope: Scope, item: T) => Promise<void>,
  ): Promise<number> {
    let count = 0;
    for (;;) {
      const batch = await next(BATCH);
      if (batch.length === 0) return count;
      for (const item of batch) {
        signal.throwIfAborted();
        await purge(deps, ownerScope(item.ownerId), item);
        count += 1;
      }
    }
  }
}

async function purgeSource(deps: PurgeDeps, scope: Scope, source: Source): Promise<void> {
  await deps.searchIndex.remove(scope, source.id);
  await deps.store.sources.remove(scope, source.id);
  await deps.blobs.remove(scope, source.blobKey);
  deps.log.info('audit', 'trash.purged', { sourceId: source.id, ownerId: source.ownerId });
}

async function purgeLecture(deps: PurgeDeps, scope: Scope, lecture: Lecture): Promise<void> {
  const keys = await forgetLecture(deps, scope, lecture.id);
  await deps.store.lectures.remove(scope, lecture.id);
  for (const key of keys) await deps.blobs.remove(scope, key);
  deps.log.info('audit', 'trash.purged', { lectureId: lecture.id, ownerId: lecture.ownerId });
}

async function purgeCourse(deps: PurgeDeps, scope: Scope, course: Course): Promise<void> {
  const keys: string[] = [];
  for (const trashed of [true, false]) {
    for (let cursor: string | null = null; ;) {
      const page = await deps.store.lectures.list(scope, { courseId: course.id, trashed }, { cursor, limit: BATCH });
      for (const lecture of page.items) keys.push(...(await forgetLecture(deps, scope, lecture.id)));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
  }
  await deps.store.courses.remove(scope, course.id);
  for (const key of keys) await deps.blobs.remove(scope, key);
  deps.log.info('audit', 'trash.purged', { courseId: course.id, ownerId: course.ownerId });
}

/** Takes a lecture out of the search index; returns the keys of its files. */
async function forgetLecture(deps: PurgeDeps, scope: Scope, lectureId: string): Promise<readonly string[]> {
  const sources = await deps.store.sources.allOfLecture(scope, lectureId);
  const exports = await deps.store.exports.ofLecture(scope, lectureId);
  for (const source of sources) await deps.searchIndex.remove(scope, source.id);
  return [...sources.map((source) => source.blobKey), ...exports.map((stored) => stored.blobKey)];
}
