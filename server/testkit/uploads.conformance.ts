import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aJob, anUpload } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const times = { at: 6_000, expiresAt: 90_000 };

/** The rules of `UploadStore`; part of `storeConformance`. */
export function uploadsConformance(given: () => Store): void {
  let store: Store;
  const expiring = async (before: number) => (await store.uploads.expired(systemScope, before, 10)).map(({ id }) => id);
  async function add(key: string, offsetBytes: number, sizeBytes: number) {
    await store.uploads.noteKey(local, 'upl_1', key);
    return store.uploads.addPart(local, 'upl_1', { key, offsetBytes, sizeBytes }, times);
  }

  describe('uploads', () => {
    beforeEach(async () => {
      store = given();
      await store.uploads.insert(local, anUpload());
    });

    it('are found by their owner, as they were begun', async () => {
      expect(await store.uploads.find(local, 'upl_1')).toEqual(anUpload());
      expect(await store.uploads.find(other, 'upl_1')).toBeNull();
      await expect(store.uploads.insert(other, anUpload())).rejects.toThrow(/another owner/);
      await store.uploads.insert(other, anUpload({ ownerId: 'other', fileName: 'theirs.mp3', metadata: { flag: null } }));
      expect(await store.uploads.find(other, 'upl_1')).toMatchObject({ fileName: 'theirs.mp3', metadata: { flag: null } });
      expect(await store.uploads.countReceiving(local)).toBe(1);
      expect(await store.uploads.countReceiving(systemScope)).toBe(2);
    });

    it('move forward part by part, and keep the parts in their order', async () => {
      expect(await add('k/a', 0, 60)).toEqual(anUpload({ offsetBytes: 60, updatedAt: 6_000, expiresAt: 90_000 }));
      expect(await add('k/b', 60, 40)).toMatchObject({ offsetBytes: 100, status: 'receiving' });
      expect(await store.uploads.parts(local, 'upl_1')).toEqual([
        { key: 'k/a', offsetBytes: 0, sizeBytes: 60 },
        { key: 'k/b', offsetBytes: 60, sizeBytes: 40 },
      ]);
      expect(await store.uploads.parts(other, 'upl_1')).toEqual([]);
    });

    it('take no part at another place than their end, nor more than they may hold', async () => {
      await add('k/a', 0, 60);
      expect(await add('k/late', 0, 60)).toBeNull();
      expect(await add('k/hole', 61, 10)).toBeNull();
      expect(await add('k/long', 60, 41)).toBeNull();
      expect((await store.uploads.find(local, 'upl_1'))?.offsetBytes).toBe(60);
      expect(await store.uploads.parts(local, 'upl_1')).toHaveLength(1);
    });

    it('take one of two parts that come at once', async () => {
      const results = await Promise.all([add('k/a', 0, 60), add('k/b', 0, 30)]);
      expect(results.filter((result) => result !== null)).toHaveLength(1);
      expect(await store.uploads.parts(local, 'upl_1')).toHaveLength(1);
    });

    it('know every key that bytes may lie under, until it is forgotten', async () => {
      await add('k/b', 0, 60);
      expect(await store.uploads.noteKey(local, 'upl_1', 'k/a')).toBe(true);
      expect(await store.uploads.keys(local, 'upl_1')).toEqual(['k/a', 'k/b']);
      await store.uploads.forgetKey(local, 'upl_1', 'k/a');
      expect(await store.uploads.keys(local, 'upl_1')).toEqual(['k/b']);
      expect(await store.uploads.noteKey(other, 'upl_1', 'k/c')).toBe(false);
      expect(await store.uploads.keys(other, 'upl_1')).toEqual([]);
    });

    it('may be told their length once, not below what they hold', async () => {
      await store.uploads.insert(local, anUpload({ id: 'upl_2', sizeBytes: null }));
      await store.uploads.noteKey(local, 'upl_2', 'k/a');
      await store.uploads.addPart(local, 'upl_2', { key: 'k/a', offsetBytes: 0, sizeBytes: 5_000_000_000 }, times);
      expect(await store.uploads.setSize(local, 'upl_2', 4_999_999_999)).toBe(false);
      expect(await store.uploads.complete(local, 'upl_2', 'job_1', times)).toBe(false);
      expect(await store.uploads.setSize(local, 'upl_2', 5_000_000_000)).toBe(true);
      expect(await store.uploads.setSize(local, 'upl_2', 6_000_000_000)).toBe(false);
      expect(await store.uploads.find(local, 'upl_2')).toMatchObject({ sizeBytes: 5_000_000_000, offsetBytes: 5_000_000_000 });
    });

    it('are complete when all bytes are there, and take none after that', async () => {
      expect(await store.uploads.complete(local, 'upl_1', 'job_1', times)).toBe(false);
      await add('k/a', 0, 100);
      expect(await store.uploads.complete(other, 'upl_1', 'job_1', times)).toBe(false);
      expect(await store.uploads.complete(local, 'upl_1', 'job_1', times)).toBe(true);
      expect(await store.uploads.complete(local, 'upl_1', 'job_2', times)).toBe(false);
      expect(await store.uploads.find(local, 'upl_1')).toMatchObject({ status: 'complete', jobId: 'job_1' });
      expect(await add('k/b', 100, 0)).toBeNull();
      expect(await store.uploads.countReceiving(local)).toBe(0);
    });

    it('end once, as a recording or with the reason why not', async () => {
      const failed = { status: 'failed', error: { code: 'media_damaged', detail: 'It is cut off.' } } as const;
      expect(await store.uploads.settle(local, 'upl_1', failed, times)).toBe(false);
      await add('k/a', 0, 100);
      await store.uploads.complete(local, 'upl_1', 'job_1', times);
      const finished = { status: 'finished', lectureId: 'lecture-1', sourceId: 'src_1' } as const;
      expect(await store.uploads.settle(local, 'upl_1', finished, { at: 7_000, expiresAt: 95_000 })).toBe(true);
      expect(await store.uploads.settle(local, 'upl_1', failed, times)).toBe(false);
      expect(await store.uploads.find(local, 'upl_1')).toMatchObject({ ...finished, updatedAt: 7_000, error: null });
      await store.uploads.insert(local, anUpload({ id: 'upl_2', offsetBytes: 100 }));
      await store.uploads.complete(local, 'upl_2', 'job_2', times);
      expect(await store.uploads.settle(local, 'upl_2', failed, times)).toBe(true);
      expect(await store.uploads.find(local, 'upl_2')).toMatchObject({ ...failed, lectureId: null });
    });

    it('are to be removed after their time, oldest first, whoever they belong to', async () => {
      await store.uploads.insert(other, anUpload({ id: 'upl_2', ownerId: 'other', expiresAt: 40_000 }));
      expect(await expiring(40_000)).toEqual([]);
      expect(await expiring(40_001)).toEqual(['upl_2']);
      expect(await expiring(60_000)).toEqual(['upl_2', 'upl_1']);
      expect((await store.uploads.expired(systemScope, 60_000, 1)).map(({ id }) => id)).toEqual(['upl_2']);
      expect((await store.uploads.expired(local, 60_000, 10)).map(({ id }) => id)).toEqual(['upl_1']);
    });

    it('take nothing once they are given up, and stay on the list until they are removed', async () => {
      await store.uploads.noteKey(local, 'upl_1', 'k/a');
      expect(await store.uploads.expire(other, 'upl_1')).toBe(false);
      expect(await store.uploads.expire(local, 'upl_1', 50_000)).toBe(false);
      expect(await store.uploads.expire(local, 'upl_1')).toBe(true);
      expect(await store.uploads.addPart(local, 'upl_1', { key: 'k/a', offsetBytes: 0, sizeBytes: 60 }, times)).toBeNull();
      expect(await store.uploads.noteKey(local, 'upl_1', 'k/b')).toBe(false);
      expect(await store.uploads.setSize(local, 'upl_1', 60)).toBe(false);
      expect(await expiring(0)).toEqual(['upl_1']);
      await store.uploads.remove(other, 'upl_1');
      expect(await store.uploads.find(local, 'upl_1')).toMatchObject({ status: 'expired' });
      await store.uploads.remove(local, 'upl_1');
      expect(await store.uploads.find(local, 'upl_1')).toBeNull();
      expect(await store.uploads.keys(local, 'upl_1')).toEqual([]);
    });

    it('are kept while a job goes on with them or an operator may want it to', async () => {
      await add('k/a', 0, 100);
      await store.transaction(async (tx) => {
        await tx.jobs.insert(local, aJob());
        await tx.uploads.complete(local, 'upl_1', 'job_1', { at: 6_000, expiresAt: 7_000 });
      });
      expect(await expiring(10_000)).toEqual([]);
      expect(await store.uploads.expire(local, 'upl_1')).toBe(false);
      const job = await store.jobs.claim({ kinds: ['test'], workerId: 'w', now: 8_000, leaseMs: 1_000, executedBy: 'worker' });
      const lease = { jobId: 'job_1', workerId: 'w', token: job?.lease?.token ?? 0 };
      const error = { code: 'internal', detail: 'It broke.' } as const;
      await store.jobs.finish(lease, { kind: 'failed', error, cause: 'stack' }, 8_500);
      expect(await expiring(10_000)).toEqual([]);
      await store.jobs.dropDeadLetter(local, 'job_1');
      expect(await expiring(10_000)).toEqual(['upl_1']);
      expect(await store.uploads.expire(local, 'upl_1')).toBe(true);
    });
  });
}
