import type { AuditEvent } from '../../core/domain/access.ts';
import type { AuditStore } from '../../core/ports/access-store.ts';
import { afterCursor, toPage } from './pages.ts';
import type { AuditEventRow, Db } from './tables.ts';

export function auditStore(db: Db): AuditStore {
  return {
    async add({ details, ...event }) {
      await db
        .insertInto('auditEvents')
        .values({ ...event, detailsJson: JSON.stringify(details) })
        .execute();
    },
    async list({ personId, action }, page) {
      let query = db.selectFrom('auditEvents').selectAll().where(afterCursor('auditEvents', page.cursor));
      if (personId !== undefined) query = query.where('personId', '=', personId);
      if (action !== undefined) query = query.where('action', '=', action);
      const rows = await query
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toEvent);
    },
  };
}

function toEvent({ detailsJson, ...event }: AuditEventRow): AuditEvent {
  return { ...event, details: JSON.parse(detailsJson) as AuditEvent['details'] }; // written by `add`
}
