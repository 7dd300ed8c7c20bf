import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, anUpload, aSource } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

/** The rules of `FileRowStore`; part of `storeConformance`. */
export function fileRowsConformance(given: () => Store): void {
  let store: Store;

  describe('rows that refer to files', () => {
    beforeEach(async () => {
      store = given();
      for (const [scope, ownerId] of [
        [local, LOCAL_OWNER],
        [other, 'other'],
      ] as const) {
        await store.courses.insert(scope, aCourse({ ownerId }));
        await store.lectures.insert(scope, aLecture({ ownerId }));
      }
    });

    it('are sources, in the trash too, exports and uploads under way, of the owners that the scope sees', async () => {
      await store.sources.insert(local, aSource());
      await store.sources.insert(local, aSource({ id: 'src_2', deletedAt: 9_000 }));
      await store.sources.insert(other, aSource({ ownerId: 'other' }));
      const described = { mediaType: 'text/plain', fileName: 'a.txt', sizeBytes: 1, createdAt: 1 };
      await store.exports.put(local, {
        ...described,
        ownerId: LOCAL_OWNER,
        lectureId: 'lecture-1',
        type: 'txt',
        blobKey: 'exports/a',
      });
      await store.uploads.insert(local, anUpload());
      await store.uploads.noteKey(local, 'upl_1', 'uploads/upl_1/a');
      const keys = [
        'sources/src_1',
        'sources/src_2',
        'sources/src_3',
        'exports/a',
        'exports/b',
        'uploads/upl_1/a',
        'uploads/upl_1/b',
      ];
      const found = (await store.files.referred(systemScope, keys)).map(({ ownerId, key }) => `${ownerId} ${key}`);
      expect(found.sort()).toEqual([
        'local exports/a',
        'local sources/src_1',
        'local sources/src_2',
        'local uploads/upl_1/a',
        'other sources/src_1',
      ]);
      expect(await store.files.referred(other, keys)).toEqual([{ ownerId: 'other', key: 'sources/src_1' }]);
    });

    it('are none for no keys, and are looked for by the thousand', async () => {
      await store.sources.insert(local, aSource());
      expect(await store.files.referred(systemScope, [])).toEqual([]);
      const keys = Array.from({ length: 2_000 }, (_, number) => `sources/src_${number}`);
      expect(await store.files.referred(systemScope, keys)).toEqual([{ ownerId: LOCAL_OWNER, key: 'sources/src_1' }]);
    });
  });
}
