import { sql, type Expression, type SqlBool } from 'kysely';
import { ownerOf } from '../../core/domain/scope.ts';
import type { Message, Thread } from '../../core/domain/thread.ts';
import type { ThreadFilter, ThreadStore } from '../../core/ports/thread-store.ts';
import { atomically } from './atomically.ts';
import { decodeCursor, encodeCursor } from './pages.ts';
import { within } from './scoped.ts';
import type { Db, MessageRow, ThreadRow } from './tables.ts';

export function threadStore(db: Db): ThreadStore {
  return {
    async insert(scope, { about, ...thread }) {
      ownerOf(scope, thread.ownerId);
      await db
        .insertInto('threads')
        .values({ ...thread, aboutJson: JSON.stringify(about) })
        .execute();
    },
    async find(scope, id, filter) {
      const row = await db
        .selectFrom('threads')
        .selectAll()
        .where(within(scope, 'threads'))
        .where('id', '=', id)
        .where('deletedAt', filter?.trashed ? 'is not' : 'is', null)
        .executeTakeFirst();
      return row ? toThread(row) : null;
    },
    async list(scope, filter, { cursor, limit }) {
      const rows = await db
        .selectFrom('threads')
        .selectAll()
        .where(within(scope, 'threads'))
        .where('deletedAt', 'is', null)
        .where(matches(filter))
        .where(before(cursor))
        .orderBy('updatedAt', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toThread);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last ? encodeCursor({ createdAt: last.updatedAt, id: last.id }) : null;
      return { items, nextCursor };
    },
    async rename(scope, id, title) {
      await db.updateTable('threads').set({ title }).where('ownerId', '=', ownerOf(scope)).where('id', '=', id).execute();
    },
    async setDeletedAt(scope, id, deletedAt) {
      const done = await db
        .updateTable('threads')
        .set({ deletedAt })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async removeExpired(time) {
      const done = await db.deleteFrom('threads').where('deletedAt', '<', time).executeTakeFirst();
      return Number(done.numDeletedRows);
    },
    async addMessages(scope, threadId, messages) {
      const ownerId = ownerOf(scope);
      const newest = messages.at(-1);
      if (!newest) return;
      await atomically(db, async (tx) => {
        // Locks the thread: two that add to it come one after the other.
        const done = await tx
          .updateTable('threads')
          .set({ updatedAt: newest.createdAt })
          .where('ownerId', '=', ownerId)
          .where('id', '=', threadId)
          .executeTakeFirst();
        if (done.numUpdatedRows !== 1n) throw new Error('There is no thread to add a message to.');
        const last = await tx
          .selectFrom('messages')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .where('ownerId', '=', ownerId)
          .where('threadId', '=', threadId)
          .executeTakeFirst();
        const rows = messages.map((message, index) => toRow(message, (last?.seq ?? 0) + index + 1));
        await tx.insertInto('messages').values(rows).execute();
      });
    },
    async messages(scope, threadId, limit) {
      const rows = await db
        .selectFrom('messages')
        .selectAll()
        .where(within(scope, 'messages'))
        .where('threadId', '=', threadId)
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map(toMessage);
    },
  };
}

function before(cursor: string | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  const { createdAt, id } = decodeCursor(cursor);
  return sql<SqlBool>`(${sql.ref('threads.updatedAt')}, ${sql.ref('threads.id')}) < (${createdAt}, ${id})`;
}

function matches({ text, lectureId, courseId }: ThreadFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = [sql<SqlBool>`1 = 1`];
  const about = sql.ref('threads.aboutJson');
  // Ids are letters, digits, dots, underscores and hyphens: quoted, they stand in the JSON just once.
  if (lectureId !== undefined) conditions.push(sql<SqlBool>`${about} like ${contains(`"${lectureId}"`)} escape '!'`);
  if (courseId !== undefined) conditions.push(sql<SqlBool>`${about} like ${contains(`"courseId":"${courseId}"`)} escape '!'`);
  if (text !== undefined) {
    const pattern = contains(text.toLowerCase());
    conditions.push(sql<SqlBool>`(lower(${sql.ref('threads.title')}) like ${pattern} escape '!' or exists (
      select 1 from ${sql.table('messages')} where ${sql.ref('messages.ownerId')} = ${sql.ref('threads.ownerId')}
        and ${sql.ref('messages.threadId')} = ${sql.ref('threads.id')} and lower(${sql.ref('messages.text')}) like ${pattern} escape '!'))`);
  }
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

function contains(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, '!$&')}%`;
}

function toThread(row: ThreadRow): Thread {
  const { ownerId, id, title, createdAt, updatedAt, deletedAt } = row;
  const about = JSON.parse(row.aboutJson) as Thread['about']; // written by `insert` from the same type
  return { ownerId, id, title, about, createdAt, updatedAt, deletedAt };
}

function toRow({ citations, unsupported, supported, ...message }: Message, seq: number): MessageRow {
  return {
    ...message,
    seq,
    supported: supported === null ? null : Number(supported),
    citationsJson: JSON.stringify(citations),
    unsupportedJson: JSON.stringify(unsupported),
  };
}

function toMessage(row: MessageRow): Message {
  const { seq: _, citationsJson, unsupportedJson, supported, role, status, ...message } = row;
  return {
    ...message,
    // All four were written by `toRow` from a Message.
    role: role as Message['role'],
    status: status as Message['status'],
    citations: JSON.parse(citationsJson) as Message['citations'],
    unsupported: JSON.parse(unsupportedJson) as Message['unsupported'],
    supported: supported === null ? null : supported === 1,
  };
}
