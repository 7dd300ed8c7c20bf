import type { DocumentText } from '../src/core/domain/document.ts';
import { ownerOf, ownerScope, type Scope } from '../src/core/domain/scope.ts';
import type { Course, Lecture, Source } from '../src/core/domain/library.ts';
import type { DocumentHead, Store, TrashFilter } from '../src/core/ports/store.ts';
import { memoryArtifacts } from './memory-artifacts.ts';
import { memoryTranscripts } from './memory-transcripts.ts';
import { removeLives } from './memory-live.ts';
import { byAge, drop, keyOf, paged, releaseOutputs, select, type Access, type MemoryState } from './memory-state.ts';

type Library = Pick<
  Store,
  'courses' | 'lectures' | 'sources' | 'transcripts' | 'documents' | 'outputs' | 'artifacts' | 'exports'
>;

export function memoryLibrary(access: Access): Library {
  return {
    courses: {
      insert: (scope, course) =>
        access(({ courses }) => insertOnce(courses, keyOf(ownerOf(scope, course.ownerId), course.id), course)),
      find: (scope, id, filter) =>
        access((state) => select(state.courses, scope, (row) => row.id === id && fits(filter, courseShown(row)))[0] ?? null),
      list: (scope, filter, page) =>
        access((state) =>
          paged(
            select(state.courses, scope, (row) => fits(filter, courseShown(row))),
            page,
          ),
        ),
      rename: (scope, id, title) => access(({ courses }) => void patch(courses, keyOf(ownerOf(scope), id), { title })),
      setDeletedAt: (scope, id, deletedAt) => access(({ courses }) => patch(courses, keyOf(ownerOf(scope), id), { deletedAt })),
      remove: (scope, id) => access((state) => removeCourse(state, ownerOf(scope), id)),
      expired: (scope, before, limit) =>
        access((state) =>
          expired(
            select(state.courses, scope, () => true),
            before,
            limit,
          ),
        ),
    },
    lectures: {
      insert: (scope, lecture) =>
        access((state) => {
          const key = keyOf(ownerOf(scope, lecture.ownerId), lecture.id);
          if (state.lectures.has(key)) return false;
          mustExist(state.courses, keyOf(lecture.ownerId, lecture.courseId));
          return insertOnce(state.lectures, key, lecture);
        }),
      find: (scope, id, filter) =>
        access(
          (state) => select(state.lectures, scope, (row) => row.id === id && fits(filter, lectureShown(state, row)))[0] ?? null,
        ),
      list: (scope, filter, page) =>
        access((state) =>
          paged(
            select(
              state.lectures,
              scope,
              (row) =>
                fits(filter, lectureShown(state, row)) && (filter.courseId === undefined || row.courseId === filter.courseId),
            ),
            page,
          ),
        ),
      update: (scope, id, { title, presetId, courseId, pinned }) =>
        access((state) => {
          const key = keyOf(ownerOf(scope), id);
          if (courseId !== undefined) mustExist(state.courses, keyOf(ownerOf(scope), courseId));
          const change = {
            ...(title !== undefined && { title }),
            ...(presetId !== undefined && { presetId }),
            ...(courseId !== undefined && { courseId }),
            ...(pinned !== undefined && { pinned }),
          };
          patch(state.lectures, key, change);
        }),
      setDeletedAt: (scope, id, deletedAt) => access(({ lectures }) => patch(lectures, keyOf(ownerOf(scope), id), { deletedAt })),
      remove: (scope, id) => access((state) => removeLectures(state, ownedBy(ownerOf(scope), id))),
      expired: (scope, before, limit) =>
        access((state) =>
          expired(
            select(state.lectures, scope, () => true),
            before,
            limit,
          ),
        ),
    },
    sources: {
      insert: (scope, source) =>
        access((state) => {
          const key = keyOf(ownerOf(scope, source.ownerId), source.id);
          mustExist(state.lectures, keyOf(source.ownerId, source.lectureId));
          if (!insertOnce(state.sources, key, source)) throw new Error('A source of this id exists.');
        }),
      find: (scope, id, filter) =>
        access(
          (state) => select(state.sources, scope, (row) => row.id === id && fits(filter, sourceShown(state, row)))[0] ?? null,
        ),
      ofLecture: (scope, lectureId, filter) =>
        access((state) =>
          select(state.sources, scope, (row) => row.lectureId === lectureId && fits(filter, sourceShown(state, row))).sort(byAge),
        ),
      allOfLecture: (scope, lectureId) =>
        access((state) => select(state.sources, scope, (row) => row.lectureId === lectureId).sort(byAge)),
      setDuration: (scope, id, durationMs) =>
        access(({ sources }) => void patch(sources, keyOf(ownerOf(scope), id), { durationMs })),
      setContent: (scope, id, { mediaType, sizeBytes, sha256, title }) =>
        access(({ sources }) => void patch(sources, keyOf(ownerOf(scope), id), { mediaType, sizeBytes, sha256, title })),
      setDeletedAt: (scope, id, deletedAt) => access(({ sources }) => patch(sources, keyOf(ownerOf(scope), id), { deletedAt })),
      remove: (scope, id) => access((state) => removeSources(state, ownedBy(ownerOf(scope), id))),
      expired: (scope, before, limit) =>
        access((state) =>
          expired(
            select(state.sources, scope, () => true),
            before,
            limit,
          ),
        ),
    },
    transcripts: memoryTranscripts(access),
    documents: {
      add: (scope, text) =>
        access((state) => {
          const ownerId = ownerOf(scope, text.ownerId);
          mustExist(state.sources, keyOf(ownerId, text.sourceId));
          const stored = { ...text, version: 1 + (documentsOf(state, scope, text.sourceId)[0]?.version ?? 0) };
          state.documents.set(keyOf(ownerId, text.sourceId, stored.version), structuredClone(stored));
          return stored;
        }),
      latest: (scope, sourceId) => access((state) => documentsOf(state, scope, sourceId)[0] ?? null),
      find: (scope, sourceId, version) =>
        access((state) => documentsOf(state, scope, sourceId).find((row) => row.version === version) ?? null),
      heads: (scope, lectureId) =>
        access((state) =>
          select(state.sources, scope, (row) => row.lectureId === lectureId && row.deletedAt === null)
            .sort(byAge)
            .flatMap((source) => documentsOf(state, ownerScope(source.ownerId), source.id).slice(0, 1))
            .map(toDocumentHead),
        ),
    },
    outputs: {
      find: (scope, key) =>
        access((state) => {
          const found = select(state.outputs, scope, (row) => row.key === key)[0];
          if (!found) return null;
          const { ownerId: _owner, sourceIds: _sources, ...output } = found;
          return structuredClone({ ...output, parts: output.parts.toSorted((a, b) => a.index - b.index) });
        }),
      putPart: (scope, key, { sourceId, index, body }) =>
        access((state) => {
          const output = used(state, ownerOf(scope), key, sourceId);
          if (output.parts.some((part) => part.index === index)) return;
          const parts = [...output.parts, { index, body: structuredClone(body ?? null) }];
          state.outputs.set(keyOf(output.ownerId, key), { ...output, parts });
        }),
      reservePart: (scope, key, { sourceId, index, holder, now }) =>
        access((state) => {
          const output = used(state, ownerOf(scope), key, sourceId);
          if (output.parts.some((part) => part.index === index)) return 'done';
          const place = keyOf(output.ownerId, key, String(index));
          const held = state.holders.get(place);
          const job = held && state.jobs.get(held.jobId);
          const isAlive = job?.status === 'running' && job.lastToken === held?.token && (job.lease?.expiresAt ?? 0) > now;
          const isOurs = held?.jobId === holder.jobId && held.token === holder.token;
          if (held && isAlive && !isOurs) return 'taken';
          state.holders.set(place, holder);
          return 'mine';
        }),
      complete: (scope, key, { sourceId, body }) =>
        access((state) => {
          const output = used(state, ownerOf(scope), key, sourceId);
          state.outputs.set(keyOf(output.ownerId, key), { ...output, complete: true, body: structuredClone(body ?? null) });
        }),
    },
    artifacts: memoryArtifacts(access),
    exports: {
      put: (scope, stored) =>
        access((state) => {
          const key = keyOf(ownerOf(scope, stored.ownerId), stored.lectureId, stored.type);
          mustExist(state.lectures, keyOf(stored.ownerId, stored.lectureId));
          const before = state.exports.get(key);
          state.exports.set(key, stored);
          return before && before.blobKey !== stored.blobKey ? before.blobKey : null;
        }),
      find: (scope, lectureId, type) =>
        access((state) => select(state.exports, scope, (row) => row.lectureId === lectureId && row.type === type)[0] ?? null),
      ofLecture: (scope, lectureId) =>
        access((state) =>
          select(state.exports, scope, (row) => row.lectureId === lectureId).sort(
            (a, b) => b.createdAt - a.createdAt || (a.type < b.type ? -1 : 1),
          ),
        ),
    },
  };
}

/** Newest first. */
function documentsOf(state: MemoryState, scope: Scope, sourceId: string): DocumentText[] {
  return select(state.documents, scope, (row) => row.sourceId === sourceId).sort((a, b) => b.version - a.version);
}

function toDocumentHead(text: DocumentText): DocumentHead {
  const { pages: _, ...head } = text;
  return head;
}

/** What the foreign keys of a database do. */
export function mustExist(rows: ReadonlyMap<string, unknown>, key: string): void {
  if (!rows.has(key)) throw new Error(`There is no row ${key} to refer to.`);
}

function fits(filter: TrashFilter | undefined, shown: boolean): boolean {
  return filter?.trashed ? !shown : shown;
}

function courseShown(course: Course | undefined): boolean {
  return course?.deletedAt === null;
}

function lectureShown(state: MemoryState, lecture: Lecture | undefined): boolean {
  return lecture?.deletedAt === null && courseShown(state.courses.get(keyOf(lecture.ownerId, lecture.courseId)));
}

export function sourceShown(state: MemoryState, source: Source): boolean {
  return source.deletedAt === null && lectureShown(state, state.lectures.get(keyOf(source.ownerId, source.lectureId)));
}

function ownedBy(ownerId: string, id: string): (row: { readonly ownerId: string; readonly id: string }) => boolean {
  return (row) => row.ownerId === ownerId && row.id === id;
}

function insertOnce<T>(rows: Map<string, T>, key: string, row: T): boolean {
  if (rows.has(key)) return false;
  rows.set(key, structuredClone(row));
  return true;
}

function patch<T>(rows: Map<string, T>, key: string, change: Partial<T>): boolean {
  const row = rows.get(key);
  if (row === undefined) return false;
  rows.set(key, { ...row, ...change });
  return true;
}

function expired<T extends { id: string; deletedAt: number | null }>(rows: readonly T[], before: number, limit: number): T[] {
  const gone = rows.flatMap((row) => (row.deletedAt !== null && row.deletedAt < before ? [{ row, at: row.deletedAt }] : []));
  return gone
    .sort((a, b) => a.at - b.at || (a.row.id < b.row.id ? -1 : 1))
    .slice(0, limit)
    .map(({ row }) => row);
}

function used(state: MemoryState, ownerId: string, key: string, sourceId: string) {
  mustExist(state.sources, keyOf(ownerId, sourceId));
  const before = state.outputs.get(keyOf(ownerId, key)) ?? {
    ownerId,
    key,
    complete: false,
    body: null,
    parts: [],
    sourceIds: [],
  };
  const output = { ...before, sourceIds: [...new Set([...before.sourceIds, sourceId])] };
  state.outputs.set(keyOf(ownerId, key), output);
  return output;
}

function removeCourse(state: MemoryState, ownerId: string, id: string): void {
  state.courses.delete(keyOf(ownerId, id));
  drop(state.shares, (row) => row.ownerId === ownerId && row.courseId === id);
  removeLectures(state, (row) => row.ownerId === ownerId && row.courseId === id);
}

function removeLectures(state: MemoryState, which: (row: Lecture) => boolean): void {
  for (const lecture of drop(state.lectures, which)) {
    const below = (row: { ownerId: string; lectureId: string | null }): boolean =>
      row.ownerId === lecture.ownerId && row.lectureId === lecture.id;
    removeSources(state, below);
    for (const artifact of drop(state.artifacts, below)) state.artifactEdits.delete(keyOf(artifact.ownerId, artifact.id));
    drop(state.exports, below);
    removeLives(state, below);
    removeJobs(state, below);
  }
}

function removeSources(state: MemoryState, which: (row: Source) => boolean): void {
  for (const source of drop(state.sources, which)) {
    const below = (row: { ownerId: string; sourceId: string | null }): boolean =>
      row.ownerId === source.ownerId && row.sourceId === source.id;
    drop(state.transcripts, below);
    drop(state.speakers, below);
    drop(state.documents, below);
    drop(state.holdings, below);
    removeJobs(state, below);
    releaseOutputs(state, source);
  }
}

function removeJobs(
  state: MemoryState,
  which: (row: MemoryState['jobs'] extends Map<string, infer J> ? J : never) => boolean,
): void {
  for (const job of drop(state.jobs, which)) state.events.delete(job.id);
}
