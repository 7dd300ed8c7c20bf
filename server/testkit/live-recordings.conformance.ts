import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, aLiveMark, aLiveRecording } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

/** The rules of `LiveStore`; part of `storeConformance`. */
export function liveRecordingsConformance(given: () => Store): void {
  let store: Store;

  describe('live recordings', () => {
    beforeEach(async () => {
      store = given();
      for (const scope of [local, other]) {
        const ownerId = scope === local ? LOCAL_OWNER : 'other';
        await store.courses.insert(scope, aCourse({ ownerId }));
        await store.lectures.insert(scope, aLecture({ ownerId }));
      }
      await store.live.insert(local, aLiveRecording());
    });

    it('are found by their owner, as they were begun', async () => {
      expect(await store.live.find(local, 'liv_1')).toEqual(aLiveRecording());
      expect(await store.live.find(other, 'liv_1')).toBeNull();
      await expect(store.live.insert(other, aLiveRecording())).rejects.toThrow(/another owner/);
      await store.live.insert(other, aLiveRecording({ ownerId: 'other', format: 'webm', language: 'en', engine: 'sherpa' }));
      expect(await store.live.find(other, 'liv_1')).toMatchObject({ format: 'webm', language: 'en', engine: 'sherpa' });
      expect(await store.live.countOpen(local)).toBe(1);
      expect(await store.live.countOpen(systemScope)).toBe(2);
    });

    it('are silent once no sound came for a while, oldest first, until they are closed', async () => {
      const silent = async (before: number) => (await store.live.silent(systemScope, before, 10)).map(({ id }) => id);
      await store.live.insert(other, aLiveRecording({ id: 'liv_2', ownerId: 'other', soundAt: 4_000 }));
      expect(await silent(4_000)).toEqual([]);
      expect(await silent(5_001)).toEqual(['liv_2', 'liv_1']);
      expect((await store.live.silent(systemScope, 5_001, 1)).map(({ id }) => id)).toEqual(['liv_2']);
      expect(await store.live.touch(other, 'liv_1', 9_000)).toBe(false);
      expect(await store.live.touch(local, 'liv_1', 9_000)).toBe(true);
      expect(await silent(5_001)).toEqual(['liv_2']);
      await store.live.close(other, 'liv_2', 'job_1', 9_500);
      expect(await silent(100_000)).toEqual(['liv_1']);
    });

    it('are closed once, take no sound after that, and end once', async () => {
      expect(await store.live.close(other, 'liv_1', 'job_1', 8_000)).toBe(false);
      expect(await store.live.close(local, 'liv_1', 'job_1', 8_000)).toBe(true);
      expect(await store.live.close(local, 'liv_1', 'job_2', 8_001)).toBe(false);
      expect(await store.live.touch(local, 'liv_1', 9_000)).toBe(false);
      expect(await store.live.countOpen(local)).toBe(0);
      expect(await store.live.find(local, 'liv_1')).toMatchObject({ status: 'closing', jobId: 'job_1', endedAt: 8_000 });
      expect(await store.live.settle(other, 'liv_1', { status: 'finished', sourceId: 'src_1' }, 9_000)).toBe(false);
      expect(await store.live.settle(local, 'liv_1', { status: 'finished', sourceId: 'src_1' }, 9_000)).toBe(true);
      expect(await store.live.find(local, 'liv_1')).toMatchObject({ status: 'finished', sourceId: 'src_1', error: null });
      const error = { code: 'media_empty', detail: 'No sound came.' } as const;
      expect(await store.live.settle(local, 'liv_1', { status: 'failed', error }, 9_000)).toBe(false);
      await store.live.insert(local, aLiveRecording({ id: 'liv_2' }));
      expect(await store.live.settle(local, 'liv_2', { status: 'failed', error }, 9_000)).toBe(true);
      expect(await store.live.find(local, 'liv_2')).toMatchObject({ status: 'failed', error, endedAt: 9_000 });
    });

    it('are closed by one of two who try at once', async () => {
      const tries = [store.live.close(local, 'liv_1', 'job_1', 1), store.live.close(local, 'liv_1', 'job_2', 1)];
      expect((await Promise.all(tries)).filter((done) => done)).toHaveLength(1);
    });

    it('keep the draft of what was said in its order, and how far it was heard', async () => {
      await store.live.addLine(local, 'liv_1', { startMs: 0, endMs: 900, text: 'Tides rise.' });
      await store.live.addLine(local, 'liv_1', { startMs: 1_500, endMs: 2_000, text: 'They fall.' });
      await store.live.addLine(other, 'liv_1', { startMs: 0, endMs: 1, text: 'Not theirs.' });
      expect(await store.live.lines(local, 'liv_1')).toEqual([
        { startMs: 0, endMs: 900, text: 'Tides rise.' },
        { startMs: 1_500, endMs: 2_000, text: 'They fall.' },
      ]);
      expect(await store.live.find(local, 'liv_1')).toMatchObject({ heardMs: 2_000 });
      expect(await store.live.lines(other, 'liv_1')).toEqual([]);
    });

    it('lose their draft some time after they ended, whoever they belong to, and nothing else', async () => {
      const line = { startMs: 0, endMs: 900, text: 'Tides rise.' };
      await store.live.insert(other, aLiveRecording({ ownerId: 'other' }));
      await store.live.insert(local, aLiveRecording({ id: 'liv_2' }));
      for (const id of ['liv_1', 'liv_2']) await store.live.addLine(local, id, line);
      await store.live.addLine(other, 'liv_1', line);
      await store.live.close(local, 'liv_1', 'job_1', 8_000);
      await store.live.close(other, 'liv_1', 'job_2', 8_000);
      await store.live.dropDrafts(systemScope, 8_000);
      expect(await store.live.lines(local, 'liv_1')).toEqual([line]);
      await store.live.dropDrafts(local, 8_001);
      expect(await store.live.lines(local, 'liv_1')).toEqual([]);
      expect(await store.live.lines(other, 'liv_1')).toEqual([line]);
      await store.live.dropDrafts(systemScope, 8_001);
      expect(await store.live.lines(other, 'liv_1')).toEqual([]);
      expect(await store.live.lines(local, 'liv_2')).toEqual([line]);
      expect(await store.live.find(local, 'liv_1')).toMatchObject({ status: 'closing' });
    });

    it('show their marks by time, with the lecture and by themselves, and take them along when the lecture goes', async () => {
      await store.live.addMark(local, aLiveMark({ id: 'mrk_2', atMs: 5_000, label: 'bookmark', note: 'Read again' }));
      await store.live.addMark(local, aLiveMark());
      expect((await store.live.marks(local, { lectureId: 'lecture-1' })).map(({ id }) => id)).toEqual(['mrk_1', 'mrk_2']);
      expect(await store.live.marks(local, { liveId: 'liv_1' })).toEqual([
        aLiveMark(),
        aLiveMark({ id: 'mrk_2', atMs: 5_000, label: 'bookmark', note: 'Read again' }),
      ]);
      expect(await store.live.marks(other, { lectureId: 'lecture-1' })).toEqual([]);
      await expect(store.live.addMark(other, aLiveMark())).rejects.toThrow(/another owner/);
      await store.live.addLine(local, 'liv_1', { startMs: 0, endMs: 900, text: 'Tides rise.' });
      await store.lectures.remove(local, 'lecture-1');
      expect(await store.live.find(local, 'liv_1')).toBeNull();
      expect(await store.live.marks(local, { lectureId: 'lecture-1' })).toEqual([]);
      expect(await store.live.lines(local, 'liv_1')).toEqual([]);
    });
  });
}
