import { ownerOf } from '../../core/domain/scope.ts';
import type { ReplyStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import type { Db } from './tables.ts';

/** How long a reply answers for its key, in milliseconds. */
export const REPLY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export function replyStore(db: Db): ReplyStore {
  return {
    async begin(scope, key, fingerprint, now, staleMs) {
      const ownerId = ownerOf(scope);
      return atomically(db, async (tx) => {
        await tx
          .deleteFrom('replies')
          .where('ownerId', '=', ownerId)
          .where('key', '=', key)
          .where((eb) =>
            eb.or([
              eb('reservedAt', '<=', now - REPLY_LIFETIME_MS),
              eb.and([eb('status', 'is', null), eb('fingerprint', '=', fingerprint), eb('reservedAt', '<=', now - staleMs)]),
            ]),
          )
          .execute();
        const reserved = await tx
          .insertInto('replies')
          .values({ ownerId, key, fingerprint, reservedAt: now, status: null, body: null })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (reserved.numInsertedOrUpdatedRows === 1n) return { state: 'new' };
        const reply = await tx
          .selectFrom('replies')
          .selectAll()
          .where('ownerId', '=', ownerId)
          .where('key', '=', key)
          .executeTakeFirstOrThrow();
        if (reply.fingerprint !== fingerprint) return { state: 'reused' };
        if (reply.status === null) return { state: 'busy' };
        return { state: 'done', status: reply.status, body: reply.body ?? '' };
      });
    },
    async renew(scope, key, now) {
      await db
        .updateTable('replies')
        .set({ reservedAt: now })
        .where('ownerId', '=', ownerOf(scope))
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    async complete(scope, key, { status, body }) {
      await db
        .updateTable('replies')
        .set({ status, body })
        .where('ownerId', '=', ownerOf(scope))
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    async release(scope, key) {
      await db
        .deleteFrom('replies')
        .where('ownerId', '=', ownerOf(scope))
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    async removeBefore(time) {
      await db.deleteFrom('replies').where('reservedAt', '<', time).execute();
    },
  };
}
