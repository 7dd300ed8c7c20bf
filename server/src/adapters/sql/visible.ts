import { sql, type Expression, type SqlBool } from 'kysely';
import type { TrashFilter } from '../../core/ports/store.ts';

/**
 * What is in the trash is a row that was put there, or one that lies in a course or lecture that was: deleting a
 * course hides all it holds by this condition alone, and restoring it brings back exactly what was visible before.
 */
const conditions = {
  courses: sql<SqlBool>`${sql.ref('courses.deletedAt')} is null`,
  lectures: sql<SqlBool>`${sql.ref('lectures.deletedAt')} is null and exists (
    select 1 from ${sql.table('courses')}
    where ${sql.ref('courses.ownerId')} = ${sql.ref('lectures.ownerId')} and ${sql.ref('courses.id')} = ${sql.ref('lectures.courseId')}
      and ${sql.ref('courses.deletedAt')} is null)`,
  sources: sql<SqlBool>`${sql.ref('sources.deletedAt')} is null and exists (
    select 1 from ${sql.table('lectures')} join ${sql.table('courses')}
      on ${sql.ref('courses.ownerId')} = ${sql.ref('lectures.ownerId')} and ${sql.ref('courses.id')} = ${sql.ref('lectures.courseId')}
    where ${sql.ref('lectures.ownerId')} = ${sql.ref('sources.ownerId')} and ${sql.ref('lectures.id')} = ${sql.ref('sources.lectureId')}
      and ${sql.ref('lectures.deletedAt')} is null and ${sql.ref('courses.deletedAt')} is null)`,
};

/** Condition for what a `TrashFilter` lets through. */
export function visible(table: keyof typeof conditions, filter: TrashFilter = {}): Expression<SqlBool> {
  return filter.trashed ? sql<SqlBool>`not (${conditions[table]})` : sql<SqlBool>`(${conditions[table]})`;
}
