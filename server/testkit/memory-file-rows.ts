import type { Store } from '../src/core/ports/store.ts';
import { select, type Access } from './memory-state.ts';

export function memoryFileRows(access: Access): Pick<Store, 'files'> {
  return {
    files: {
      referred: (scope, keys) =>
        access((state) => {
          const wanted = new Set(keys);
          const found = [
            ...[state.sources, state.exports].flatMap((rows) =>
              select<{ ownerId: string; blobKey: string }>(rows, scope, ({ blobKey }) => wanted.has(blobKey)).map((row) => ({
                ownerId: row.ownerId,
                key: row.blobKey,
              })),
            ),
            ...select(state.uploadKeys, scope, ({ key }) => wanted.has(key)).map(({ ownerId, key }) => ({ ownerId, key })),
          ];
          return [...new Map(found.map((one) => [JSON.stringify([one.ownerId, one.key]), one])).values()];
        }),
    },
  };
}
