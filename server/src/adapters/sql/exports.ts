import { ownerOf } from '../../core/domain/scope.ts';
import type { ExportStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db } from './tables.ts';

const columns = ['ownerId', 'lectureId', 'type', 'blobKey', 'mediaType', 'fileName', 'sizeBytes', 'createdAt'] as const;

export function exportStore(db: Db): ExportStore {
  return {
    async put(scope, stored) {
      const ownerId = ownerOf(scope, stored.ownerId);
      const { lectureId, type, blobKey, mediaType, fileName, sizeBytes, createdAt } = stored;
      const row = { ownerId, lectureId, type, blobKey, mediaType, fileName, sizeBytes, createdAt };
      return atomically(db, async (tx) => {
        const before = await tx
          .selectFrom('exports')
          .select('blobKey')
          .where('ownerId', '=', ownerId)
          .where('lectureId', '=', lectureId)
          .where('type', '=', type)
          .executeTakeFirst();
        await tx
          .insertInto('exports')
          .values(row)
          .onConflict((conflict) => conflict.columns(['ownerId', 'lectureId', 'type']).doUpdateSet(row))
          .execute();
        return before && before.blobKey !== blobKey ? before.blobKey : null;
      });
    },
    async find(scope, lectureId, type) {
      const row = await db
        .selectFrom('exports')
        .select(columns)
        .where(within(scope, 'exports'))
        .where('lectureId', '=', lectureId)
        .where('type', '=', type)
        .executeTakeFirst();
      return row ?? null;
    },
    async ofLecture(scope, lectureId) {
      return db
        .selectFrom('exports')
        .select(columns)
        .where(within(scope, 'exports'))
        .where('lectureId', '=', lectureId)
        .orderBy('createdAt', 'desc')
        .orderBy('type')
        .execute();
    },
  };
}
