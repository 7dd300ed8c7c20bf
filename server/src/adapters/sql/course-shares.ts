import type { ShareRight } from '@scholium/contract';
import type { CourseShare } from '../../core/domain/access.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { CourseShareStore, ShareClaim } from '../../core/ports/access-store.ts';
import { afterCursor, toPage } from './pages.ts';
import { within } from './scoped.ts';
import type { CourseShareRow, Db } from './tables.ts';

export function courseShareStore(db: Db): CourseShareStore {
  return {
    async put(scope, { right, ...share }) {
      ownerOf(scope, share.ownerId);
      const row = await db
        .insertInto('courseShares')
        .values({ ...share, shareRight: right })
        .onConflict((conflict) =>
          conflict
            .columns(['personId', 'ownerId', 'courseId'])
            .where('personId', 'is not', null)
            .doUpdateSet({ shareRight: right, expiresAt: share.expiresAt }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return toShare(row);
    },
    async ofCourse(scope, courseId) {
      const rows = await db
        .selectFrom('courseShares')
        .selectAll()
        .where(within(scope, 'courseShares'))
        .where('courseId', '=', courseId)
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toShare);
    },
    async remove(scope, id) {
      const row = await db
        .deleteFrom('courseShares')
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row ? toShare(row) : null;
    },
    async grants(claim, what, now) {
      const courses = sharedCourses(db, claim, now);
      const rows =
        'courseId' in what
          ? await courses.where('courses.id', '=', what.courseId).execute()
          : 'lectureId' in what
            ? await withLecture(courses).where('lectures.id', '=', what.lectureId).execute()
            : await withLecture(courses)
                .innerJoin('jobs', (join) =>
                  join.onRef('jobs.ownerId', '=', 'lectures.ownerId').onRef('jobs.lectureId', '=', 'lectures.id'),
                )
                .where('jobs.id', '=', what.jobId)
                .execute();
      return strongest(rows);
    },
    async withPerson(personId, now, page) {
      const rows = await sharedCourses(db, { personId, hash: null }, now)
        .clearSelect()
        .selectAll('courseShares')
        .where(afterCursor('courseShares', page.cursor))
        .clearOrderBy()
        .orderBy('courseShares.createdAt', 'desc')
        .orderBy('courseShares.id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, toShare);
    },
  };
}

/** Shares that hold now, of courses that are there, oldest first. */
function sharedCourses(db: Db, { personId, hash }: ShareClaim, now: number) {
  return db
    .selectFrom('courseShares')
    .innerJoin('courses', (join) =>
      join.onRef('courses.ownerId', '=', 'courseShares.ownerId').onRef('courses.id', '=', 'courseShares.courseId'),
    )
    .select(['courseShares.ownerId', 'courseShares.courseId', 'courseShares.shareRight'])
    .where('courses.deletedAt', 'is', null)
    .where((eb) => eb.or([eb('courseShares.personId', '=', personId ?? ''), eb('courseShares.hash', '=', hash ?? '')]))
    .where((eb) => eb.or([eb('courseShares.expiresAt', 'is', null), eb('courseShares.expiresAt', '>', now)]))
    .orderBy('courseShares.createdAt')
    .orderBy('courseShares.id');
}

function withLecture(courses: ReturnType<typeof sharedCourses>) {
  return courses
    .innerJoin('lectures', (join) =>
      join.onRef('lectures.ownerId', '=', 'courses.ownerId').onRef('lectures.courseId', '=', 'courses.id'),
    )
    .where('lectures.deletedAt', 'is', null);
}

/** A course may be shared with somebody by name and by link: the most they may do counts. */
function strongest(
  rows: readonly { ownerId: string; courseId: string; shareRight: string }[],
): { ownerId: string; courseId: string; right: ShareRight }[] {
  const found = new Map<string, { ownerId: string; courseId: string; right: ShareRight }>();
  for (const { ownerId, courseId, shareRight } of rows) {
    const key = JSON.stringify([ownerId, courseId]);
    const right = shareRight === 'editor' || found.get(key)?.right === 'editor' ? 'editor' : 'viewer';
    found.set(key, { ownerId, courseId, right });
  }
  return [...found.values()];
}

function toShare({ shareRight, ...share }: CourseShareRow): CourseShare {
  return { ...share, right: shareRight === 'editor' ? 'editor' : 'viewer' };
}
