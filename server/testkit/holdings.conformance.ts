import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aJob, aLecture, aSource, aTranscript } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const LATER = 1_000_000;
const from = (limit: number) => ({ after: null, limit });

/** The rules of `HoldingStore`; part of `storeConformance`. */
export function holdingsConformance(given: () => Store): void {
  let store: Store;
  const due = async (holding: 'audio' | 'transcript', before = LATER) =>
    (await store.holdings.due(systemScope, holding, before, from(100))).map((item) => item.sourceId);
  const state = (holding: 'audio' | 'transcript') => store.holdings.find(local, 'src_1', holding);

  describe('holdings', () => {
    beforeEach(async () => {
      store = given();
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture());
      await store.sources.insert(local, aSource({ createdAt: 3_000 }));
      await store.transcripts.add(local, aTranscript({ createdAt: 4_000 }));
    });

    it('are due by the age of the sound and of the newest words, with what they weigh', async () => {
      await store.transcripts.add(local, aTranscript({ createdAt: 9_000 }));
      expect(await store.holdings.due(systemScope, 'audio', 3_000, from(10))).toEqual([]);
      expect(await store.holdings.due(systemScope, 'audio', 3_001, from(10))).toEqual([
        {
          ownerId: LOCAL_OWNER,
          lectureId: 'lecture-1',
          sourceId: 'src_1',
          holding: 'audio',
          title: 'Recording',
          sizeBytes: 1_234,
          at: 3_000,
        },
      ]);
      expect(await due('transcript', 9_000)).toEqual([]);
      const [words] = await store.holdings.due(systemScope, 'transcript', 9_001, from(10));
      const bytes = 2 * Buffer.byteLength(JSON.stringify(aTranscript().segments));
      expect(words).toMatchObject({ holding: 'transcript', at: 9_000, sizeBytes: bytes });
      expect(await store.holdings.due(other, 'audio', LATER, from(10))).toEqual([]);
    });

    it('are listed oldest first, a page at a time', async () => {
      for (const n of [2, 3, 4])
        await store.sources.insert(local, aSource({ id: `src_${n}`, createdAt: 3_000 + (n > 2 ? 1 : 0) }));
      const first = await store.holdings.due(systemScope, 'audio', LATER, from(3));
      expect(first.map((item) => item.sourceId)).toEqual(['src_1', 'src_2', 'src_3']);
      const rest = await store.holdings.due(systemScope, 'audio', LATER, { after: first[2] ?? null, limit: 3 });
      expect(rest.map((item) => item.sourceId)).toEqual(['src_4']);
    });

    it('are not due while their lecture is pinned, they lie in the trash with it, or a job is on them', async () => {
      await store.lectures.update(local, 'lecture-1', { pinned: true });
      expect([await due('audio'), await due('transcript')]).toEqual([[], []]);
      await store.lectures.update(local, 'lecture-1', { pinned: false });
      await store.lectures.setDeletedAt(local, 'lecture-1', 5_000);
      expect([await due('audio'), await due('transcript')]).toEqual([[], []]);
      await store.lectures.setDeletedAt(local, 'lecture-1', null);
      await store.jobs.insert(local, aJob({ lectureId: 'lecture-1', sourceId: 'src_1' }));
      expect([await due('audio'), await due('transcript')]).toEqual([[], []]);
      await store.jobs.requestCancel(local, 'job_1', 6_000);
      expect([await due('audio'), await due('transcript')]).toEqual([['src_1'], ['src_1']]);
    });

    it('hide words that are in the trash from every reader, and show them again when they are restored', async () => {
      expect(await store.holdings.trash(local, 'src_1', 'transcript', 5_000)).toBe(true);
      expect(await store.holdings.trash(local, 'src_1', 'transcript', 6_000)).toBe(false);
      expect(await store.transcripts.latest(local, 'src_1')).toBeNull();
      expect(await store.transcripts.find(local, 'src_1', 1)).toBeNull();
      expect(await store.transcripts.heads(local, 'lecture-1')).toEqual([]);
      expect(await store.sources.find(local, 'src_1')).not.toBeNull();
      expect(await store.holdings.restore(other, 'src_1', 7_000)).toEqual([]);
      expect(await store.holdings.restore(local, 'src_1', 7_000)).toEqual(['transcript']);
      expect(await store.transcripts.latest(local, 'src_1')).toMatchObject({ version: 1 });
      expect(await store.transcripts.heads(local, 'lecture-1')).toHaveLength(1);
      expect(await store.holdings.restore(local, 'src_1', 7_000)).toEqual([]);
    });

    it('count what was restored from that time on', async () => {
      await store.holdings.trash(local, 'src_1', 'audio', 5_000);
      expect(await due('audio')).toEqual([]);
      expect(await store.holdings.restore(local, 'src_1', 50_000)).toEqual(['audio']);
      expect(await state('audio')).toMatchObject({ trashedAt: null, restoredAt: 50_000, goneAt: null });
      expect(await due('audio', 50_000)).toEqual([]);
      expect(await due('audio', 50_001)).toEqual(['src_1']);
      expect(await store.holdings.trash(local, 'src_1', 'audio', 60_000)).toBe(true);
    });

    it('are listed while they are in the trash, newest first, and expire one by one', async () => {
      await store.holdings.trash(local, 'src_1', 'audio', 5_000);
      await store.holdings.trash(local, 'src_1', 'transcript', 6_000);
      const listed = await store.holdings.inTrash(local, 10);
      expect(listed.map(({ holding, at }) => [holding, at])).toEqual([
        ['transcript', 6_000],
        ['audio', 5_000],
      ]);
      expect(await store.holdings.inTrash(other, 10)).toEqual([]);
      expect(await store.holdings.expired(systemScope, 5_000, 10)).toEqual([]);
      expect(await store.holdings.expired(systemScope, 6_000, 10)).toMatchObject([
        { holding: 'audio', blobKey: 'sources/src_1' },
      ]);
      expect(await store.holdings.expired(systemScope, 6_001, 10)).toHaveLength(2);
      await store.lectures.update(local, 'lecture-1', { pinned: true });
      expect(await store.holdings.expired(systemScope, 6_001, 10)).toEqual([]);
    });

    it('are listed apart from a lecture that is in the trash whole', async () => {
      await store.holdings.trash(local, 'src_1', 'audio', 5_000);
      await store.lectures.setDeletedAt(local, 'lecture-1', 6_000);
      expect(await store.holdings.inTrash(local, 10)).toEqual([]);
    });

    it('let sound go only when nobody took it out of the trash, and remember it until its file is removed', async () => {
      await store.holdings.trash(local, 'src_1', 'audio', 5_000);
      expect(await store.holdings.setGone(local, 'src_1', 'audio', { before: 5_000, at: 8_000 })).toBe(false);
      expect(await store.holdings.setGone(local, 'src_1', 'audio', { before: 5_001, at: 8_000 })).toBe(true);
      expect(await store.holdings.setGone(local, 'src_1', 'audio', { before: 5_001, at: 8_000 })).toBe(false);
      expect(await store.holdings.restore(local, 'src_1', 9_000)).toEqual([]);
      expect(await state('audio')).toMatchObject({ goneAt: 8_000 });
      expect(await store.holdings.expired(systemScope, 1, 10)).toMatchObject([{ sourceId: 'src_1', holding: 'audio' }]);
      await store.holdings.setCleaned(local, 'src_1', 8_500);
      expect(await store.holdings.expired(systemScope, LATER, 10)).toEqual([]);
      expect([await store.holdings.inTrash(local, 10), await due('audio')]).toEqual([[], []]);
      expect(await store.holdings.trash(local, 'src_1', 'audio', 9_000)).toBe(false);
      expect(await store.transcripts.latest(local, 'src_1')).not.toBeNull();
      await store.holdings.replaceAudio(local, 'src_1', 10_000);
      expect(await state('audio')).toMatchObject({ trashedAt: null, goneAt: null, restoredAt: 10_000 });
      expect(await due('audio')).toEqual(['src_1']);
    });

    it('remove words for good with what steps stored of them, and never number other words the same', async () => {
      const part = { step: 'transcribe', sourceId: 'src_1', index: 0, body: ['Memory'] };
      await store.outputs.putPart(local, 'key', part);
      await store.transcripts.add(local, aTranscript({ createdAt: 4_500 }));
      await store.holdings.trash(local, 'src_1', 'transcript', 5_000);
      expect(await store.holdings.setGone(local, 'src_1', 'transcript', { before: 6_000, at: 8_000 })).toBe(true);
      expect(await store.holdings.restore(local, 'src_1', 9_000)).toEqual([]);
      expect(await store.outputs.find(local, 'key')).toBeNull();
      expect(await store.holdings.expired(systemScope, LATER, 10)).toEqual([]);
      expect(await due('transcript')).toEqual([]);
      expect(await store.transcripts.add(local, aTranscript({ createdAt: 9_000 }))).toMatchObject({ version: 3 });
      expect(await store.transcripts.latest(local, 'src_1')).toMatchObject({ version: 3 });
      expect(await due('transcript')).toEqual(['src_1']);
      expect(await store.holdings.trash(local, 'src_1', 'transcript', 10_000)).toBe(true);
    });

    it('keep words that were made again while the old ones lay in the trash', async () => {
      await store.outputs.putPart(local, 'key', { step: 'transcribe', sourceId: 'src_1', index: 0, body: [] });
      await store.holdings.trash(local, 'src_1', 'transcript', 5_000);
      await store.transcripts.add(local, aTranscript({ createdAt: 6_000 }));
      expect(await store.transcripts.heads(local, 'lecture-1')).toMatchObject([{ version: 2 }]);
      await store.holdings.setGone(local, 'src_1', 'transcript', { before: 6_000, at: 8_000 });
      expect(await store.transcripts.find(local, 'src_1', 1)).toBeNull();
      expect(await store.transcripts.latest(local, 'src_1')).toMatchObject({ version: 2 });
      expect(await store.outputs.find(local, 'key')).not.toBeNull();
    });

    it('go with their source', async () => {
      await store.holdings.trash(local, 'src_1', 'audio', 5_000);
      await store.sources.remove(local, 'src_1');
      expect(await state('audio')).toBeNull();
    });
  });
}
