import { sql, type Selectable, type SqlBool } from 'kysely';
import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { Upload, UploadMetadata, UploadPart, UploadStatus } from '../../core/domain/upload.ts';
import type { JobError } from '../../core/domain/job.ts';
import type { UploadStore } from '../../core/ports/uploads.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, UploadRow } from './tables.ts';

export function uploadStore(db: Db): UploadStore {
  return {
    async insert(scope, upload) {
      ownerOf(scope, upload.ownerId);
      await db.insertInto('uploads').values(toRow(upload)).execute();
    },
    find: (scope, id) => findUpload(db, scope, id),
    async countReceiving(scope) {
      const { count } = await db
        .selectFrom('uploads')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where(within(scope, 'uploads'))
        .where('status', '=', 'receiving')
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async noteKey(scope, id, key) {
      const ownerId = ownerOf(scope);
      return atomically(db, async (tx) => {
        // Changing the row, though nothing in it changes, keeps it from being given up in this moment.
        const held = await tx
          .updateTable('uploads')
          .set((eb) => ({ status: eb.ref('status') }))
          .where(isOne(ownerId, id))
          .where('status', 'in', ['receiving', 'complete'])
          .executeTakeFirst();
        if (held.numUpdatedRows === 0n) return false;
        await tx.insertInto('uploadKeys').values({ ownerId, uploadId: id, key, offsetBytes: null, sizeBytes: null }).execute();
        return true;
      });
    },
    async forgetKey(scope, id, key) {
      await db
        .deleteFrom('uploadKeys')
        .where('ownerId', '=', ownerOf(scope))
        .where('uploadId', '=', id)
        .where('key', '=', key)
        .execute();
    },
    async keys(scope, id) {
      const rows = await db
        .selectFrom('uploadKeys')
        .select('key')
        .where(within(scope, 'uploadKeys'))
        .where('uploadId', '=', id)
        .orderBy('key')
        .execute();
      return rows.map(({ key }) => key);
    },
    async addPart(scope, id, { key, offsetBytes, sizeBytes }, { at, expiresAt }) {
      const ownerId = ownerOf(scope);
      const end = offsetBytes + sizeBytes;
      return atomically(db, async (tx) => {
        const moved = await tx
          .updateTable('uploads')
          .set({ offsetBytes: end, updatedAt: at, expiresAt })
          .where(isOne(ownerId, id))
          .where('status', '=', 'receiving')
          .where('offsetBytes', '=', offsetBytes)
          .where((eb) => eb.or([eb('sizeBytes', 'is', null), eb('sizeBytes', '>=', end)]))
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return null;
        await tx
          .updateTable('uploadKeys')
          .set({ offsetBytes, sizeBytes })
          .where('ownerId', '=', ownerId)
          .where('uploadId', '=', id)
          .where('key', '=', key)
          .executeTakeFirstOrThrow();
        return findUpload(tx, scope, id);
      });
    },
    async parts(scope, id) {
      const rows = await db
        .selectFrom('uploadKeys')
        .select(['key', 'offsetBytes', 'sizeBytes'])
        .where(within(scope, 'uploadKeys'))
        .where('uploadId', '=', id)
        .where('offsetBytes', 'is not', null)
        .orderBy('offsetBytes')
        .execute();
      return rows.map(({ key, offsetBytes, sizeBytes }): UploadPart => {
        return { key, offsetBytes: offsetBytes ?? 0, sizeBytes: sizeBytes ?? 0 }; // both are set together
      });
    },
    async setSize(scope, id, sizeBytes) {
      const done = await db
        .updateTable('uploads')
        .set({ sizeBytes })
        .where(isOne(ownerOf(scope), id))
        .where('status', '=', 'receiving')
        .where('sizeBytes', 'is', null)
        .where('offsetBytes', '<=', sizeBytes)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async complete(scope, id, jobId, { at, expiresAt }) {
      const done = await db
        .updateTable('uploads')
        .set({ status: 'complete', jobId, updatedAt: at, expiresAt })
        .where(isOne(ownerOf(scope), id))
        .where('status', '=', 'receiving')
        .whereRef('offsetBytes', '=', 'sizeBytes')
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async settle(scope, id, end, { at, expiresAt }) {
      const { status } = end;
      const change =
        end.status === 'finished'
          ? { status, lectureId: end.lectureId, sourceId: end.sourceId }
          : { status, errorJson: JSON.stringify(end.error) };
      const done = await db
        .updateTable('uploads')
        .set({ ...change, updatedAt: at, expiresAt })
        .where(isOne(ownerOf(scope), id))
        .where('status', '=', 'complete')
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async expired(scope, before, limit) {
      const rows = await db
        .selectFrom('uploads')
        .selectAll()
        .where(within(scope, 'uploads'))
        .where((eb) => eb.or([eb('status', '=', 'expired'), eb('expiresAt', '<', before)]))
        .where(idle)
        .orderBy('expiresAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toUpload);
    },
    async expire(scope, id, before) {
      let change = db
        .updateTable('uploads')
        .set({ status: 'expired' })
        .where(isOne(ownerOf(scope), id))
        .where(idle);
      if (before !== undefined)
        change = change.where((eb) => eb.or([eb('status', '=', 'expired'), eb('expiresAt', '<', before)]));
      const done = await change.executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async remove(scope, id) {
      await db
        .deleteFrom('uploads')
        .where(isOne(ownerOf(scope), id))
        .execute();
    },
  };
}

/** No job goes on with it, or may when an operator wants it. */
const idle = sql<SqlBool>`not (${sql.ref('uploads.status')} = 'complete' and exists (
  select 1 from ${sql.table('jobs')} where ${sql.ref('jobs.id')} = ${sql.ref('uploads.jobId')}
    and (${sql.ref('jobs.status')} in ('queued', 'running') or ${sql.ref('jobs.deadLetteredAt')} is not null)))`;

function isOne(ownerId: string, id: string) {
  return sql<SqlBool>`${sql.ref('uploads.ownerId')} = ${ownerId} and ${sql.ref('uploads.id')} = ${id}`;
}

async function findUpload(db: Db, scope: Scope, id: string): Promise<Upload | null> {
  const row = await db.selectFrom('uploads').selectAll().where(within(scope, 'uploads')).where('id', '=', id).executeTakeFirst();
  return row ? toUpload(row) : null;
}

function toRow({ metadata, error, ...rest }: Upload): UploadRow {
  return { ...rest, metadataJson: JSON.stringify(metadata), errorJson: JSON.stringify(error) };
}

function toUpload({ metadataJson, errorJson, status, ...rest }: Selectable<UploadRow>): Upload {
  // All three were written by this file.
  const [metadata, error] = [JSON.parse(metadataJson) as UploadMetadata, JSON.parse(errorJson) as JobError | null];
  return { ...rest, status: status as UploadStatus, metadata, error };
}
