import type { FileRowStore } from '../../core/ports/file-row-store.ts';
import { within } from './scoped.ts';
import type { Db } from './tables.ts';

export function fileRowStore(db: Db): FileRowStore {
  return {
    async referred(scope, keys) {
      if (keys.length === 0) return [];
      const sources = db
        .selectFrom('sources')
        .select(['ownerId', 'blobKey as key'])
        .where(within(scope, 'sources'))
        .where('blobKey', 'in', keys);
      const exports = db
        .selectFrom('exports')
        .select(['ownerId', 'blobKey as key'])
        .where(within(scope, 'exports'))
        .where('blobKey', 'in', keys);
      const uploads = db
        .selectFrom('uploadKeys')
        .select(['ownerId', 'key'])
        .where(within(scope, 'uploadKeys'))
        .where('key', 'in', keys);
      return sources.union(exports).union(uploads).execute();
    },
  };
}
