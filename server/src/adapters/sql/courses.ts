import type { Course } from '../../core/domain/library.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { CourseStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { afterCursor, toPage } from './pages.ts';
import { within } from './scoped.ts';
import { removeUnusedOutputs } from './step-outputs.ts';
import type { CourseRow, Db } from './tables.ts';
import { visible } from './visible.ts';

export function courseStore(db: Db): CourseStore {
  return {
    async insert(scope, course) {
      const ownerId = ownerOf(scope, course.ownerId);
      const { id, title, createdAt, deletedAt } = course;
      const done = await db
        .insertInto('courses')
        .values({ ownerId, id, title, createdAt, deletedAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return done.numInsertedOrUpdatedRows === 1n;
    },
    async find(scope, id, filter) {
      const row = await db
        .selectFrom('courses')
        .selectAll()
        .where(within(scope, 'courses'))
        .where('id', '=', id)
        .where(visible('courses', filter))
        .executeTakeFirst();
      return row ? toCourse(row) : null;
    },
    async list(scope, filter, page) {
      const rows = await db
        .selectFrom('courses')
        .selectAll()
        .where(within(scope, 'courses'))
        .where(visible('courses', filter))
        .where(afterCursor('courses', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toCourse);
    },
    async rename(scope, id, title) {
      await db.updateTable('courses').set({ title }).where('ownerId', '=', ownerOf(scope)).where('id', '=', id).execute();
    },
    async setDeletedAt(scope, id, deletedAt) {
      const done = await db
        .updateTable('courses')
        .set({ deletedAt })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async remove(scope, id) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        await tx.deleteFrom('courses').where('ownerId', '=', ownerId).where('id', '=', id).execute();
        await removeUnusedOutputs(tx, ownerId);
      });
    },
    async expired(scope, before, limit) {
      const rows = await db
        .selectFrom('courses')
        .selectAll()
        .where(within(scope, 'courses'))
        .where('deletedAt', '<', before)
        .orderBy('deletedAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toCourse);
    },
  };
}

function toCourse(row: CourseRow): Course {
  return { id: row.id, ownerId: row.ownerId, title: row.title, createdAt: row.createdAt, deletedAt: row.deletedAt };
}
