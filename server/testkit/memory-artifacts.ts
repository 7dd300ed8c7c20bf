import { artifactKinds } from '@scholium/contract';
import type { Artifact, ArtifactEdit } from '../src/core/domain/artifact.ts';
import { ownerOf } from '../src/core/domain/scope.ts';
import type { ArtifactStore } from '../src/core/ports/artifact-store.ts';
import { drop, keyOf, select, type Access, type MemoryState } from './memory-state.ts';

/** Artifacts and their edits in memory. */
export function memoryArtifacts(access: Access): ArtifactStore {
  return {
    insert: (scope, artifact) =>
      access((state) => {
        const ownerId = ownerOf(scope, artifact.ownerId);
        if (!state.lectures.has(keyOf(ownerId, artifact.lectureId))) throw new Error('There is no lecture of this id.');
        const key = keyOf(ownerId, artifact.id);
        if (state.artifacts.has(key)) throw new Error('An artifact of this id exists.');
        state.artifacts.set(key, { ...artifact, version: 0, edit: null });
      }),
    ofLecture: (scope, lectureId, options) =>
      access((state) => {
        const there = select(state.artifacts, scope, (row) => row.lectureId === lectureId && row.deletedAt === null);
        const newestFirst = there.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
        const seen = new Set<string>();
        const shown = newestFirst.filter((row) => {
          const key = keyOf(row.kind, row.presetId);
          const first = !seen.has(key);
          seen.add(key);
          return first || options?.history;
        });
        return shown
          .map((row) => edited(state, row))
          .sort((a, b) => artifactKinds.indexOf(a.kind) - artifactKinds.indexOf(b.kind));
      }),
    find: (scope, id, filter = {}) =>
      access((state) => {
        const [row] = select(
          state.artifacts,
          scope,
          (one) => one.id === id && (one.deletedAt !== null) === Boolean(filter.trashed),
        );
        if (!row) return null;
        const { version } = filter;
        if (version === undefined) return edited(state, row);
        if (version === 0) return row;
        const edit = editsOf(state, row).find((one) => one.version === version);
        return edit ? withEdit(row, edit) : null;
      }),
    addEdit: (scope, artifactId, edit) =>
      access((state) => {
        const key = keyOf(ownerOf(scope), artifactId);
        if (!state.artifacts.has(key)) throw new Error('There is no artifact of this id.');
        const before = state.artifactEdits.get(key) ?? [];
        if (before.some(({ version }) => version === edit.version)) return false;
        state.artifactEdits.set(
          key,
          [...before, structuredClone(edit)].sort((a, b) => a.version - b.version),
        );
        return true;
      }),
    edits: (scope, artifactId) =>
      access((state) => {
        const [row] = select(state.artifacts, scope, ({ id }) => id === artifactId);
        return row ? editsOf(state, row).map(({ version, author, at, origin }) => ({ version, author, at, origin })) : [];
      }),
    setDeletedAt: (scope, id, deletedAt) =>
      access((state) => {
        const key = keyOf(ownerOf(scope), id);
        const row = state.artifacts.get(key);
        if (row) state.artifacts.set(key, { ...row, deletedAt });
        return row !== undefined;
      }),
    trashed: (scope, limit) =>
      access((state) =>
        select(state.artifacts, scope, ({ deletedAt }) => deletedAt !== null)
          .sort((a, b) => (a.deletedAt ?? 0) - (b.deletedAt ?? 0) || (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
    removeExpired: (before) =>
      access((state) => {
        const gone = drop(state.artifacts, ({ deletedAt }) => deletedAt !== null && deletedAt < before);
        for (const { ownerId, id } of gone) state.artifactEdits.delete(keyOf(ownerId, id));
        return gone.length;
      }),
  };
}

function editsOf(state: MemoryState, { ownerId, id }: Artifact): readonly ArtifactEdit[] {
  return state.artifactEdits.get(keyOf(ownerId, id)) ?? [];
}

function edited(state: MemoryState, row: Artifact): Artifact {
  const newest = editsOf(state, row).at(-1);
  return newest ? withEdit(row, newest) : row;
}

function withEdit(row: Artifact, { content, citations, ...facts }: ArtifactEdit): Artifact {
  return { ...row, content, citations, version: facts.version, edit: facts };
}
