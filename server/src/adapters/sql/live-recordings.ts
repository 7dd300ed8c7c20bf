import type { Selectable } from 'kysely';
import type { JobError } from '../../core/domain/job.ts';
import type { LiveFormat, LiveRecording, LiveStatus } from '../../core/domain/live-recording.ts';
import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { LiveStore } from '../../core/ports/live-store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, LiveRecordingRow } from './tables.ts';

export function liveStore(db: Db): LiveStore {
  /** Changes the row while it has one of these statuses. */
  const change = async (
    scope: Scope,
    id: string,
    statuses: readonly LiveStatus[],
    fields: Partial<LiveRecordingRow>,
  ): Promise<boolean> => {
    const done = await db
      .updateTable('liveRecordings')
      .set(fields)
      .where('ownerId', '=', ownerOf(scope))
      .where('id', '=', id)
      .where('status', 'in', [...statuses])
      .executeTakeFirst();
    return done.numUpdatedRows === 1n;
  };
  return {
    async insert(scope, live) {
      ownerOf(scope, live.ownerId);
      const { error, ...rest } = live;
      await db
        .insertInto('liveRecordings')
        .values({ ...rest, errorJson: JSON.stringify(error) })
        .execute();
    },
    async find(scope, id) {
      const found = db.selectFrom('liveRecordings').selectAll().where(within(scope, 'liveRecordings')).where('id', '=', id);
      const row = await found.executeTakeFirst();
      return row ? toLive(row) : null;
    },
    async countOpen(scope) {
      const { count } = await db
        .selectFrom('liveRecordings')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where(within(scope, 'liveRecordings'))
        .where('status', '=', 'open')
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async silent(scope, before, limit) {
      const rows = await db
        .selectFrom('liveRecordings')
        .selectAll()
        .where(within(scope, 'liveRecordings'))
        .where('status', '=', 'open')
        .where('soundAt', '<', before)
        .orderBy('soundAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toLive);
    },
    touch: (scope, id, soundAt) => change(scope, id, ['open'], { soundAt }),
    close: (scope, id, jobId, at) => change(scope, id, ['open'], { status: 'closing', jobId, endedAt: at }),
    async settle(scope, id, end, at) {
      const fields = end.status === 'finished' ? { sourceId: end.sourceId } : { errorJson: JSON.stringify(end.error) };
      return change(scope, id, ['open', 'closing'], { ...fields, status: end.status, endedAt: at });
    },
    async addLine(scope, id, { startMs, endMs, text }) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        const moved = await tx
          .updateTable('liveRecordings')
          .set({ heardMs: endMs })
          .where('ownerId', '=', ownerId)
          .where('id', '=', id)
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return;
        await tx
          .insertInto('liveLines')
          .values({ ownerId, liveId: id, startMs, endMs, text })
          .onConflict((conflict) => conflict.columns(['ownerId', 'liveId', 'startMs']).doUpdateSet({ endMs, text }))
          .execute();
      });
    },
    lines: (scope, id) =>
      db
        .selectFrom('liveLines')
        .select(['startMs', 'endMs', 'text'])
        .where(within(scope, 'liveLines'))
        .where('liveId', '=', id)
        .orderBy('startMs')
        .execute(),
    async dropDrafts(scope, endedBefore) {
      await db
        .deleteFrom('liveLines')
        .where(within(scope, 'liveLines'))
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('liveRecordings')
              .select('liveRecordings.id')
              .whereRef('liveRecordings.ownerId', '=', 'liveLines.ownerId')
              .whereRef('liveRecordings.id', '=', 'liveLines.liveId')
              .where('liveRecordings.endedAt', '<', endedBefore),
          ),
        )
        .execute();
    },
    async addMark(scope, mark) {
      ownerOf(scope, mark.ownerId);
      await db.insertInto('liveMarks').values(mark).execute();
    },
    marks: (scope, of) =>
      db
        .selectFrom('liveMarks')
        .selectAll()
        .where(within(scope, 'liveMarks'))
        .where('lectureId' in of ? 'lectureId' : 'liveId', '=', 'lectureId' in of ? of.lectureId : of.liveId)
        .orderBy('atMs')
        .orderBy('createdAt')
        .orderBy('id')
        .execute(),
  };
}

function toLive({ errorJson, status, format, ...row }: Selectable<LiveRecordingRow>): LiveRecording {
  // All three were written by this file.
  const error = JSON.parse(errorJson) as JobError | null;
  return { ...row, error, status: status as LiveStatus, format: format as LiveFormat };
}
