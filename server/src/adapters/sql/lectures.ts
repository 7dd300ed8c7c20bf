import type { Lecture } from '../../core/domain/library.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { LectureStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { afterCursor, toPage } from './pages.ts';
import { within } from './scoped.ts';
import { removeUnusedOutputs } from './step-outputs.ts';
import type { Db, LectureRow } from './tables.ts';
import { visible } from './visible.ts';

export function lectureStore(db: Db): LectureStore {
  return {
    async insert(scope, lecture) {
      const ownerId = ownerOf(scope, lecture.ownerId);
      const { id, courseId, presetId, title, createdAt, deletedAt } = lecture;
      const pinned = lecture.pinned ? 1 : 0;
      const done = await db
        .insertInto('lectures')
        .values({ ownerId, id, courseId, presetId, title, createdAt, deletedAt, pinned })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return done.numInsertedOrUpdatedRows === 1n;
    },
    async find(scope, id, filter) {
      const row = await db
        .selectFrom('lectures')
        .selectAll()
        .where(within(scope, 'lectures'))
        .where('id', '=', id)
        .where(visible('lectures', filter))
        .executeTakeFirst();
      return row ? toLecture(row) : null;
    },
    async list(scope, filter, page) {
      let query = db
        .selectFrom('lectures')
        .selectAll()
        .where(within(scope, 'lectures'))
        .where(visible('lectures', filter))
        .where(afterCursor('lectures', page.cursor));
      if (filter.courseId !== undefined) query = query.where('courseId', '=', filter.courseId);
      const rows = await query
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toLecture);
    },
    async update(scope, id, { title, presetId, courseId, pinned }) {
      const ownerId = ownerOf(scope);
      const change = {
        ...(title !== undefined && { title }),
        ...(presetId !== undefined && { presetId }),
        ...(courseId !== undefined && { courseId }),
        ...(pinned !== undefined && { pinned: pinned ? 1 : 0 }),
      };
      if (Object.keys(change).length === 0) return;
      await db.updateTable('lectures').set(change).where('ownerId', '=', ownerId).where('id', '=', id).execute();
    },
    async setDeletedAt(scope, id, deletedAt) {
      const done = await db
        .updateTable('lectures')
        .set({ deletedAt })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async remove(scope, id) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        await tx.deleteFrom('lectures').where('ownerId', '=', ownerId).where('id', '=', id).execute();
        await removeUnusedOutputs(tx, ownerId);
      });
    },
    async expired(scope, before, limit) {
      const rows = await db
        .selectFrom('lectures')
        .selectAll()
        .where(within(scope, 'lectures'))
        .where('deletedAt', '<', before)
        .orderBy('deletedAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toLecture);
    },
  };
}

function toLecture(row: LectureRow): Lecture {
  const { id, ownerId, courseId, presetId, title, createdAt, deletedAt } = row;
  return { id, ownerId, courseId, presetId, title, createdAt, deletedAt, pinned: row.pinned === 1 };
}
