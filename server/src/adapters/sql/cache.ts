import { ownerOf } from '../../core/domain/scope.ts';
import { MOST_CACHED, MOST_CACHED_LENGTH, type Cache } from '../../core/ports/cache.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db } from './tables.ts';

export function cacheStore(db: Db): Cache {
  return {
    async find(scope, kind, key, now) {
      const row = await db
        .selectFrom('cacheEntries')
        .select('body')
        .where('ownerId', '=', ownerOf(scope))
        .where('kind', '=', kind)
        .where('key', '=', key)
        .where('expiresAt', '>', now)
        .executeTakeFirst();
      return row?.body ?? null;
    },
    async put(scope, entry) {
      const ownerId = ownerOf(scope);
      if (entry.body.length > MOST_CACHED_LENGTH) return;
      await atomically(db, async (tx) => {
        const { createdAt, expiresAt, body } = entry;
        await tx
          .insertInto('cacheEntries')
          .values({ ownerId, ...entry })
          .onConflict((conflict) => conflict.columns(['ownerId', 'kind', 'key']).doUpdateSet({ createdAt, expiresAt, body }))
          .execute();
        const { count } = await tx
          .selectFrom('cacheEntries')
          .select((eb) => eb.fn.countAll().as('count'))
          .where('ownerId', '=', ownerId)
          .where('kind', '=', entry.kind)
          .executeTakeFirstOrThrow();
        const surplus = Number(count) - MOST_CACHED[entry.kind];
        if (surplus <= 0) return;
        const oldest = tx
          .selectFrom('cacheEntries')
          .select('key')
          .where('ownerId', '=', ownerId)
          .where('kind', '=', entry.kind)
          .orderBy('createdAt')
          .orderBy('key')
          .limit(surplus);
        await tx
          .deleteFrom('cacheEntries')
          .where('ownerId', '=', ownerId)
          .where('kind', '=', entry.kind)
          .where('key', 'in', oldest)
          .execute();
      });
    },
    async removeExpired(now) {
      const done = await db.deleteFrom('cacheEntries').where('expiresAt', '<=', now).executeTakeFirst();
      return Number(done.numDeletedRows);
    },
    async count(scope) {
      const { count } = await db
        .selectFrom('cacheEntries')
        .select((eb) => eb.fn.countAll().as('count'))
        .where(within(scope, 'cacheEntries'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}
