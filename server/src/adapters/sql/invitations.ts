import type { Invitation } from '../../core/domain/access.ts';
import type { InvitationStore } from '../../core/ports/access-store.ts';
import { afterCursor, toPage } from './pages.ts';
import type { Db, InvitationRow } from './tables.ts';

export function invitationStore(db: Db): InvitationStore {
  return {
    async insert(invitation) {
      await db.insertInto('invitations').values(invitation).execute();
    },
    async list(page) {
      const rows = await db
        .selectFrom('invitations')
        .selectAll()
        .where(afterCursor('invitations', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toInvitation);
    },
    async byHash(hash, now) {
      const row = await db
        .selectFrom('invitations')
        .selectAll()
        .where('hash', '=', hash)
        .where('expiresAt', '>', now)
        .executeTakeFirst();
      return row ? toInvitation(row) : null;
    },
    async use(id, now) {
      const done = await db.deleteFrom('invitations').where('id', '=', id).where('expiresAt', '>', now).executeTakeFirst();
      return done.numDeletedRows === 1n;
    },
    async remove(id) {
      const row = await db.deleteFrom('invitations').where('id', '=', id).returningAll().executeTakeFirst();
      return row ? toInvitation(row) : null;
    },
    async removeSetup() {
      await db.deleteFrom('invitations').where('createdBy', 'is', null).execute();
    },
  };
}

function toInvitation({ role, ...row }: InvitationRow): Invitation {
  return { ...row, role: role === 'admin' ? 'admin' : 'member' };
}
