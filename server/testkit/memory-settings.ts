import { ownerOf } from '../src/core/domain/scope.ts';
import { MOST_CACHED, MOST_CACHED_LENGTH, type CacheEntry } from '../src/core/ports/cache.ts';
import type { ModelUse, TallyName, UsageOfDay } from '../src/core/ports/figure-store.ts';
import type { Store } from '../src/core/ports/store.ts';
import { keyOf, select, sees, type Access, type MemoryState } from './memory-state.ts';

export type StoredCacheEntry = CacheEntry & { readonly ownerId: string };
export type StoredUse = UsageOfDay & { readonly ownerId: string };

/** Settings, cache and figures in memory. */
export function memorySettings(access: Access): Pick<Store, 'settings' | 'cache' | 'figures'> {
  return {
    settings: {
      read: (scope, group) => access(({ settings }) => structuredClone(settings.get(keyOf(ownerOf(scope), group)) ?? {})),
      write: (scope, group, values) =>
        access(({ settings }) => {
          const key = keyOf(ownerOf(scope), group);
          settings.set(key, { ...settings.get(key), ...structuredClone(values) });
        }),
      remove: (scope, group, names) =>
        access(({ settings }) => {
          const key = keyOf(ownerOf(scope), group);
          const left = Object.entries(settings.get(key) ?? {}).filter(([name]) => !names.includes(name));
          settings.set(key, Object.fromEntries(left));
        }),
    },
    cache: {
      find: (scope, kind, key, now) =>
        access(({ cache }) => {
          const entry = cache.get(keyOf(ownerOf(scope), kind, key));
          return entry && entry.expiresAt > now ? entry.body : null;
        }),
      put: (scope, entry) => access((state) => keepEntry(state, { ...entry, ownerId: ownerOf(scope) })),
      removeExpired: (now) =>
        access(({ cache }) => {
          const gone = [...cache].filter(([, entry]) => entry.expiresAt <= now);
          for (const [key] of gone) cache.delete(key);
          return gone.length;
        }),
      count: (scope) => access(({ cache }) => [...cache.values()].filter((entry) => sees(scope, entry)).length),
    },
    figures: {
      use: (scope, use) => access(({ uses }) => addUse(uses, ownerOf(scope), use)),
      usage: (scope, { from, to }) =>
        access(({ uses }) => {
          const ownerId = ownerOf(scope);
          return [...uses.values()]
            .filter((row) => row.ownerId === ownerId && row.day >= from && row.day <= to)
            .sort((a, b) => (a.day === b.day ? (orderOf(a) < orderOf(b) ? -1 : 1) : a.day < b.day ? 1 : -1))
            .map(({ ownerId: _owner, ...row }) => row);
        }),
      tally: (scope, name) =>
        access(({ tallies }) => {
          const key = keyOf(ownerOf(scope), name);
          tallies.set(key, (tallies.get(key) ?? 0) + 1);
        }),
      totals: (scope) =>
        access((state) => {
          const ownerId = ownerOf(scope);
          const tallied = (name: TallyName): number => state.tallies.get(keyOf(ownerId, name)) ?? 0;
          const courses = new Set(select(state.courses, scope, (row) => row.deletedAt === null).map(({ id }) => id));
          const lectures = select(state.lectures, scope, (row) => row.deletedAt === null && courses.has(row.courseId));
          const ids = new Set(lectures.map(({ id }) => id));
          const sources = select(state.sources, scope, (row) => row.deletedAt === null && ids.has(row.lectureId));
          return {
            questions: tallied('questions'),
            cacheHits: tallied('cacheHits'),
            lectures: lectures.length,
            recordings: sources.filter(({ kind }) => kind === 'recording').length,
            documents: sources.filter(({ kind }) => kind === 'document').length,
          };
        }),
    },
  };
}

function keepEntry({ cache }: MemoryState, entry: StoredCacheEntry): void {
  if (entry.body.length > MOST_CACHED_LENGTH) return;
  cache.set(keyOf(entry.ownerId, entry.kind, entry.key), entry);
  const same = [...cache].filter(([, each]) => each.ownerId === entry.ownerId && each.kind === entry.kind);
  const newest = same.sort(([, a], [, b]) => b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1));
  for (const [key] of newest.slice(MOST_CACHED[entry.kind])) cache.delete(key);
}

function addUse(uses: MemoryState['uses'], ownerId: string, { costUsd, ...use }: ModelUse): void {
  const key = keyOf(ownerId, use.day, use.engine, use.model, use.purpose);
  const before = uses.get(key);
  const calls = (before?.calls ?? 0) + 1;
  const unpricedCalls = (before?.unpricedCalls ?? 0) + (costUsd === null ? 1 : 0);
  uses.set(key, {
    ...use,
    ownerId,
    calls,
    unpricedCalls,
    inputTokens: (before?.inputTokens ?? 0) + use.inputTokens,
    outputTokens: (before?.outputTokens ?? 0) + use.outputTokens,
    costUsd: unpricedCalls === calls ? null : (before?.costUsd ?? 0) + (costUsd ?? 0),
  });
}

function orderOf({ engine, model, purpose }: UsageOfDay): string {
  return keyOf(engine, model, purpose);
}
