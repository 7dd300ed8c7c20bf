import { ownerOf } from '../src/core/domain/scope.ts';
import type { Thread } from '../src/core/domain/thread.ts';
import type { ThreadFilter, ThreadStore } from '../src/core/ports/thread-store.ts';
import { decodeCursor, encodeCursor } from '../src/adapters/sql/pages.ts';
import { keyOf, select, type Access, type MemoryState } from './memory-state.ts';

export function memoryThreads(access: Access): ThreadStore {
  return {
    insert: (scope, thread) =>
      access(({ threads }) => void threads.set(keyOf(ownerOf(scope, thread.ownerId), thread.id), structuredClone(thread))),
    find: (scope, id, filter) =>
      access(
        ({ threads }) =>
          select(threads, scope, (row) => row.id === id && (row.deletedAt !== null) === (filter?.trashed ?? false))[0] ?? null,
      ),
    list: (scope, filter, { cursor, limit }) =>
      access((state) => {
        const after = cursor === null ? null : decodeCursor(cursor);
        const rows = select(state.threads, scope, (row) => row.deletedAt === null && matches(state, row, filter))
          .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
          .filter(
            (row) =>
              after === null || row.updatedAt < after.createdAt || (row.updatedAt === after.createdAt && row.id < after.id),
          );
        const items = rows.slice(0, limit);
        const last = items.at(-1);
        return {
          items,
          nextCursor: rows.length > limit && last ? encodeCursor({ createdAt: last.updatedAt, id: last.id }) : null,
        };
      }),
    rename: (scope, id, title) => access((state) => void patch(state, keyOf(ownerOf(scope), id), { title })),
    setDeletedAt: (scope, id, deletedAt) => access((state) => patch(state, keyOf(ownerOf(scope), id), { deletedAt })),
    removeExpired: (time) =>
      access((state) => {
        const gone = [...state.threads].filter(([, row]) => row.deletedAt !== null && row.deletedAt < time);
        for (const [key] of gone) {
          state.threads.delete(key);
          state.messages.delete(key);
        }
        return gone.length;
      }),
    addMessages: (scope, threadId, messages) =>
      access((state) => {
        const key = keyOf(ownerOf(scope), threadId);
        const newest = messages.at(-1);
        if (!newest) return;
        if (!patch(state, key, { updatedAt: newest.createdAt })) throw new Error('There is no thread to add a message to.');
        state.messages.set(key, [...(state.messages.get(key) ?? []), ...structuredClone(messages)]);
      }),
    messages: (scope, threadId, limit) =>
      access((state) => {
        const [thread] = select(state.threads, scope, (row) => row.id === threadId);
        return thread ? (state.messages.get(keyOf(thread.ownerId, threadId)) ?? []).slice(-limit) : [];
      }),
  };
}

function patch({ threads }: MemoryState, key: string, change: Partial<Thread>): boolean {
  const row = threads.get(key);
  if (row) threads.set(key, { ...row, ...change });
  return row !== undefined;
}

function matches(state: MemoryState, thread: Thread, { text, lectureId, courseId }: ThreadFilter): boolean {
  const { about } = thread;
  if (lectureId !== undefined && !(about.kind === 'lectures' && about.lectureIds.includes(lectureId))) return false;
  if (courseId !== undefined && !(about.kind === 'course' && about.courseId === courseId)) return false;
  if (text === undefined) return true;
  const messages = state.messages.get(keyOf(thread.ownerId, thread.id)) ?? [];
  return [thread.title, ...messages.map((message) => message.text)].some((one) => one.toLowerCase().includes(text.toLowerCase()));
}
