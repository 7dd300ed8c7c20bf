import { toAppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { Cache, CacheKind } from '../ports/cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** What was made before. It saves work and is never needed: a cache that is away is an empty one. */
export interface Remembered {
  find(scope: Scope, kind: CacheKind, key: string): Promise<string | null>;
  keep(scope: Scope, kind: CacheKind, key: string, body: string): Promise<void>;
}

/** @param ttlMs how long an entry is used; 0 remembers nothing */
export function createRemembered(
  deps: { readonly cache: Pick<Cache, 'find' | 'put'>; readonly clock: Pick<Clock, 'now'>; readonly log: Log },
  ttlMs: number,
): Remembered {
  if (ttlMs <= 0) return { find: async () => null, keep: async () => {} };
  const told = (error: unknown): null => {
    deps.log.warn('application', 'cache.away', { code: toAppError(error).code });
    return null;
  };
  return {
    find: (scope, kind, key) => deps.cache.find(scope, kind, key, deps.clock.now()).catch(told),
    async keep(scope, kind, key, body) {
      const createdAt = deps.clock.now();
      await deps.cache.put(scope, { kind, key, body, createdAt, expiresAt: createdAt + ttlMs }).catch(told);
    },
  };
}
