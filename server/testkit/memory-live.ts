import type { LiveLine, LiveMark, LiveRecording, LiveStatus } from '../src/core/domain/live-recording.ts';
import { ownerOf, type Scope } from '../src/core/domain/scope.ts';
import type { LiveStore } from '../src/core/ports/live-store.ts';
import { drop, keyOf, select, type Access, type MemoryState } from './memory-state.ts';

export type StoredLiveLine = LiveLine & { readonly ownerId: string; readonly liveId: string };

export function memoryLive(access: Access): LiveStore {
  const change = (scope: Scope, id: string, statuses: readonly LiveStatus[], fields: Partial<LiveRecording>) =>
    access(({ lives }) => {
      const key = keyOf(ownerOf(scope), id);
      const live = lives.get(key);
      if (!live || !statuses.includes(live.status)) return false;
      lives.set(key, { ...live, ...fields });
      return true;
    });
  return {
    insert: (scope, live) =>
      access(({ lives }) => {
        const key = keyOf(ownerOf(scope, live.ownerId), live.id);
        if (lives.has(key)) throw new Error('A live recording of this id exists.');
        lives.set(key, structuredClone(live));
      }),
    find: (scope, id) => access(({ lives }) => select(lives, scope, (row) => row.id === id)[0] ?? null),
    countOpen: (scope) => access(({ lives }) => select(lives, scope, ({ status }) => status === 'open').length),
    silent: (scope, before, limit) =>
      access(({ lives }) =>
        select(lives, scope, ({ status, soundAt }) => status === 'open' && soundAt < before)
          .sort((a, b) => a.soundAt - b.soundAt || (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
    touch: (scope, id, soundAt) => change(scope, id, ['open'], { soundAt }),
    close: (scope, id, jobId, at) => change(scope, id, ['open'], { status: 'closing', jobId, endedAt: at }),
    settle: (scope, id, end, at) => change(scope, id, ['open', 'closing'], { ...end, endedAt: at }),
    addLine: (scope, id, line) =>
      access(({ lives, liveLines }) => {
        const ownerId = ownerOf(scope);
        const live = lives.get(keyOf(ownerId, id));
        if (!live) return;
        lives.set(keyOf(ownerId, id), { ...live, heardMs: line.endMs });
        liveLines.set(keyOf(ownerId, id, line.startMs), { ...line, ownerId, liveId: id });
      }),
    lines: (scope, id) =>
      access(({ liveLines }) =>
        select(liveLines, scope, ({ liveId }) => liveId === id)
          .sort((a, b) => a.startMs - b.startMs)
          .map(({ startMs, endMs, text }) => ({ startMs, endMs, text })),
      ),
    dropDrafts: (scope, endedBefore) =>
      access(({ lives, liveLines }) => {
        for (const { ownerId, id } of select(lives, scope, ({ endedAt }) => endedAt !== null && endedAt < endedBefore))
          drop(liveLines, (row) => row.ownerId === ownerId && row.liveId === id);
      }),
    addMark: (scope, mark) =>
      access(({ liveMarks }) => void liveMarks.set(keyOf(ownerOf(scope, mark.ownerId), mark.id), structuredClone(mark))),
    marks: (scope, of) =>
      access(({ liveMarks }) =>
        select(liveMarks, scope, (row) => ('lectureId' in of ? row.lectureId === of.lectureId : row.liveId === of.liveId)).sort(
          inOrder,
        ),
      ),
  };
}

/** Removes what belongs to lectures that are removed, as the databases do by their foreign keys. */
export function removeLives(state: MemoryState, below: (row: { ownerId: string; lectureId: string | null }) => boolean): void {
  for (const { ownerId, id } of drop(state.lives, below)) {
    const isOf = (row: { ownerId: string; liveId: string }): boolean => row.ownerId === ownerId && row.liveId === id;
    drop(state.liveMarks, isOf);
    drop(state.liveLines, isOf);
  }
}

function inOrder(a: LiveMark, b: LiveMark): number {
  return a.atMs - b.atMs || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
