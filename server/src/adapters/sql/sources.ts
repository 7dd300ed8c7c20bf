import type { Source } from '../../core/domain/library.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { SourceStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import { removeUnusedOutputs } from './step-outputs.ts';
import type { Db, SourceRow } from './tables.ts';
import { visible } from './visible.ts';

export function sourceStore(db: Db): SourceStore {
  return {
    async insert(scope, source) {
      ownerOf(scope, source.ownerId);
      await db.insertInto('sources').values(toSource(source)).execute();
    },
    async find(scope, id, filter) {
      const row = await db
        .selectFrom('sources')
        .selectAll()
        .where(within(scope, 'sources'))
        .where('id', '=', id)
        .where(visible('sources', filter))
        .executeTakeFirst();
      return row ? toSource(row) : null;
    },
    async ofLecture(scope, lectureId, filter) {
      const rows = await db
        .selectFrom('sources')
        .selectAll()
        .where(within(scope, 'sources'))
        .where('lectureId', '=', lectureId)
        .where(visible('sources', filter))
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
      return rows.map(toSource);
    },
    async allOfLecture(scope, lectureId) {
      const rows = await db
        .selectFrom('sources')
        .selectAll()
        .where(within(scope, 'sources'))
        .where('lectureId', '=', lectureId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
      return rows.map(toSource);
    },
    async setDuration(scope, id, durationMs) {
      await db.updateTable('sources').set({ durationMs }).where('ownerId', '=', ownerOf(scope)).where('id', '=', id).execute();
    },
    async setContent(scope, id, { mediaType, sizeBytes, sha256, title }) {
      await db
        .updateTable('sources')
        .set({ mediaType, sizeBytes, sha256, title })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .execute();
    },
    async setDeletedAt(scope, id, deletedAt) {
      const done = await db
        .updateTable('sources')
        .set({ deletedAt })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async remove(scope, id) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        await tx.deleteFrom('sources').where('ownerId', '=', ownerId).where('id', '=', id).execute();
        await removeUnusedOutputs(tx, ownerId);
      });
    },
    async expired(scope, before, limit) {
      const rows = await db
        .selectFrom('sources')
        .selectAll()
        .where(within(scope, 'sources'))
        .where('deletedAt', '<', before)
        .orderBy('deletedAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toSource);
    },
  };
}

/** Rows and records have the same fields; only the kind is narrower in the record. */
function toSource(row: SourceRow | Source): Source {
  const {
    id,
    ownerId,
    lectureId,
    title,
    fileName,
    mediaType,
    sizeBytes,
    sha256,
    blobKey,
    url,
    durationMs,
    createdAt,
    deletedAt,
  } = row;
  const kind = row.kind as Source['kind']; // only this store writes the column
  return {
    id,
    ownerId,
    lectureId,
    kind,
    title,
    fileName,
    mediaType,
    sizeBytes,
    sha256,
    blobKey,
    url,
    durationMs,
    createdAt,
    deletedAt,
  };
}
