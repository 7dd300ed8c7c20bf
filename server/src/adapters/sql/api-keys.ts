import type { Permission } from '@scholium/contract';
import type { ApiKey } from '../../core/domain/access.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { ApiKeyStore } from '../../core/ports/access-store.ts';
import { afterCursor, toPage } from './pages.ts';
import { within } from './scoped.ts';
import type { ApiKeyRow, Db } from './tables.ts';

export function apiKeyStore(db: Db): ApiKeyStore {
  return {
    async insert(scope, { permissions, ...key }) {
      ownerOf(scope, key.ownerId);
      await db
        .insertInto('apiKeys')
        .values({ ...key, permissionsJson: JSON.stringify(permissions) })
        .execute();
    },
    async byHash(hash) {
      const row = await db.selectFrom('apiKeys').selectAll().where('hash', '=', hash).executeTakeFirst();
      return row ? toKey(row) : null;
    },
    async list(scope, page) {
      const rows = await db
        .selectFrom('apiKeys')
        .selectAll()
        .where(within(scope, 'apiKeys'))
        .where(afterCursor('apiKeys', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toKey);
    },
    async setLastUsed(scope, id, at) {
      await db
        .updateTable('apiKeys')
        .set({ lastUsedAt: at })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .execute();
    },
    async remove(scope, id) {
      const row = await db
        .deleteFrom('apiKeys')
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row ? toKey(row) : null;
    },
  };
}

function toKey({ permissionsJson, ...key }: ApiKeyRow): ApiKey {
  return { ...key, permissions: JSON.parse(permissionsJson) as Permission[] }; // written by `insert`
}
