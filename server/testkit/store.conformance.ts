import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aDocument, aJob, aLecture, anArtifact, aSource, aTranscript } from './builders.ts';
import { deadLettersConformance } from './dead-letters.conformance.ts';
import { fileRowsConformance } from './file-rows.conformance.ts';
import { holdingsConformance } from './holdings.conformance.ts';
import { jobStoreConformance } from './job-store.conformance.ts';
import { accessConformance } from './access.conformance.ts';
import { artifactsConformance } from './artifacts.conformance.ts';
import { speakersConformance } from './speakers.conformance.ts';
import { presetsConformance } from './presets.conformance.ts';
import { threadsConformance } from './threads.conformance.ts';
import { transcriptsConformance } from './transcripts.conformance.ts';
import { partHoldersConformance } from './part-holders.conformance.ts';
import { liveRecordingsConformance } from './live-recordings.conformance.ts';
import { settingsConformance } from './settings.conformance.ts';
import { uploadsConformance } from './uploads.conformance.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const all = { cursor: null, limit: 100 };

/** What every `Store` must do. `makeStore` gives an empty one each time. */
export function storeConformance(name: string, makeStore: () => Promise<Store>): void {
  describe(`${name} as a Store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await makeStore();
    });
    afterEach(() => store.close());

    describe('courses and lectures', () => {
      it('keeps what was inserted, and refuses an id that exists without changing it', async () => {
        expect(await store.courses.insert(local, aCourse())).toBe(true);
        expect(await store.courses.insert(local, aCourse({ title: 'Another' }))).toBe(false);
        expect(await store.courses.find(local, 'course-1')).toEqual(aCourse());
        expect(await store.lectures.insert(local, aLecture())).toBe(true);
        expect(await store.lectures.insert(local, aLecture({ title: 'Another' }))).toBe(false);
        expect(await store.lectures.find(local, 'lecture-1')).toEqual(aLecture());
      });

      it('refuses an id that lies in the trash', async () => {
        await addLecture(store);
        await store.lectures.setDeletedAt(local, 'lecture-1', 9_000);
        expect(await store.lectures.insert(local, aLecture())).toBe(false);
        await store.courses.setDeletedAt(local, 'course-1', 9_000);
        expect(await store.courses.insert(local, aCourse())).toBe(false);
      });

      it('lets two owners use the same ids and shows each only their own', async () => {
        await addLecture(store);
        await addLecture(store, 'other');
        await store.lectures.update(other, 'lecture-1', { title: 'Theirs' });
        await store.courses.remove(other, 'course-unknown');
        expect((await store.lectures.find(local, 'lecture-1'))?.title).toBe('How memory works');
        expect((await store.lectures.find(other, 'lecture-1'))?.title).toBe('Theirs');
        expect((await store.lectures.list(local, {}, all)).items).toHaveLength(1);
        expect((await store.lectures.list(systemScope, {}, all)).items).toHaveLength(2);
        await store.lectures.remove(other, 'lecture-1');
        expect(await store.lectures.find(local, 'lecture-1')).not.toBeNull();
      });

      it('throws when a row of another owner is written, or one for all owners', async () => {
        await expect(store.courses.insert(other, aCourse())).rejects.toThrow(/another owner/);
        await expect(store.courses.insert(systemScope, aCourse())).rejects.toThrow(/one owner/);
        await expect(store.courses.setDeletedAt(systemScope, 'course-1', 1)).rejects.toThrow(/one owner/);
        await expect(store.lectures.remove(systemScope, 'lecture-1')).rejects.toThrow(/one owner/);
      });

      it('pins a lecture and lets go of it again', async () => {
        await addLecture(store);
        await store.lectures.update(local, 'lecture-1', { pinned: true });
        expect(await store.lectures.find(local, 'lecture-1')).toEqual(aLecture({ pinned: true }));
        await store.lectures.update(local, 'lecture-1', { title: 'Same', pinned: false });
        expect(await store.lectures.find(local, 'lecture-1')).toEqual(aLecture({ title: 'Same' }));
      });

      it('refuses a lecture whose course does not exist', async () => {
        await expect(store.lectures.insert(local, aLecture({ courseId: 'none' }))).rejects.toThrow();
      });

      it('changes only the fields that are given', async () => {
        await addLecture(store);
        await store.courses.insert(local, aCourse({ id: 'course-2' }));
        await store.lectures.update(local, 'lecture-1', { courseId: 'course-2' });
        await store.lectures.update(local, 'lecture-1', {});
        expect(await store.lectures.find(local, 'lecture-1')).toEqual(aLecture({ courseId: 'course-2' }));
        await store.courses.rename(local, 'course-1', 'Neurology');
        expect((await store.courses.find(local, 'course-1'))?.title).toBe('Neurology');
      });

      it('pages newest first without gaps or repeats, also among rows of the same time and while rows are added', async () => {
        await store.courses.insert(local, aCourse());
        for (let i = 0; i < 7; i += 1)
          await store.lectures.insert(local, aLecture({ id: `l${i}`, createdAt: 5_000 + Math.floor(i / 3) }));
        const first = await store.lectures.list(local, {}, { cursor: null, limit: 3 });
        await store.lectures.insert(local, aLecture({ id: 'newer', createdAt: 9_000 }));
        const second = await store.lectures.list(local, {}, { cursor: first.nextCursor, limit: 3 });
        const third = await store.lectures.list(local, {}, { cursor: second.nextCursor, limit: 3 });
        const ids = [first, second, third].flatMap((page) => page.items.map((lecture) => lecture.id));
        expect(ids).toEqual(['l6', 'l5', 'l4', 'l3', 'l2', 'l1', 'l0']);
        expect(third.nextCursor).toBeNull();
      });

      it('gives no further page when the last one is exactly full', async () => {
        await store.courses.insert(local, aCourse());
        await store.courses.insert(local, aCourse({ id: 'course-2' }));
        expect((await store.courses.list(local, {}, { cursor: null, limit: 2 })).nextCursor).toBeNull();
      });

      it.each(['nonsense', '', 'W10', Buffer.from('["x",1]').toString('base64url')])('refuses the cursor %j', async (cursor) => {
        await expect(store.courses.list(local, {}, { cursor, limit: 2 })).rejects.toMatchObject({ code: 'invalid_request' });
      });
    });

    describe('trash', () => {
      it('hides what is in a deleted course and shows it again when the course is restored', async () => {
        await addLecture(store);
        await store.sources.insert(local, aSource());
        await store.lectures.insert(local, aLecture({ id: 'deleted-before' }));
        await store.lectures.setDeletedAt(local, 'deleted-before', 8_000);
        expect(await store.courses.setDeletedAt(local, 'course-1', 9_000)).toBe(true);
        expect(await store.courses.find(local, 'course-1')).toBeNull();
        expect(await store.lectures.find(local, 'lecture-1')).toBeNull();
        expect(await store.sources.find(local, 'src_1')).toBeNull();
        expect((await store.lectures.list(local, {}, all)).items).toEqual([]);
        expect((await store.lectures.list(local, { trashed: true, courseId: 'course-1' }, all)).items).toHaveLength(2);
        expect(await store.sources.allOfLecture(local, 'lecture-1')).toHaveLength(1);
        await store.courses.setDeletedAt(local, 'course-1', null);
        expect((await store.lectures.list(local, {}, all)).items.map((lecture) => lecture.id)).toEqual(['lecture-1']);
        expect(await store.sources.ofLecture(local, 'lecture-1')).toHaveLength(1);
      });

      it('sees a thing in the trash or outside it, never in both', async () => {
        await addLecture(store);
        expect(await store.lectures.find(local, 'lecture-1', { trashed: true })).toBeNull();
        await store.lectures.setDeletedAt(local, 'lecture-1', 9_000);
        expect(await store.lectures.find(local, 'lecture-1')).toBeNull();
        expect(await store.lectures.find(local, 'lecture-1', { trashed: true })).toEqual(aLecture({ deletedAt: 9_000 }));
        expect(await store.lectures.setDeletedAt(local, 'unknown', 9_000)).toBe(false);
      });

      it('lists what was put there before a time, oldest first', async () => {
        await store.courses.insert(local, aCourse());
        for (const [id, deletedAt] of [
          ['b', 200],
          ['a', 100],
          ['c', 300],
        ] as const) {
          await store.lectures.insert(local, aLecture({ id }));
          await store.lectures.setDeletedAt(local, id, deletedAt);
        }
        expect((await store.lectures.expired(systemScope, 300, 10)).map((lecture) => lecture.id)).toEqual(['a', 'b']);
        expect((await store.lectures.expired(systemScope, 301, 2)).map((lecture) => lecture.id)).toEqual(['a', 'b']);
        expect(await store.lectures.expired(other, 301, 2)).toEqual([]);
      });
    });

    describe('removing for good', () => {
      const ways: readonly (readonly [string, (store: Store) => Promise<void>])[] = [
        ['course', (store) => store.courses.remove(local, 'course-1')],
        ['lecture', (store) => store.lectures.remove(local, 'lecture-1')],
      ];
      it.each(ways)('takes everything below a %s with it, and nothing of another owner', async (_what, remove) => {
        await fillLecture(store, LOCAL_OWNER, 'job_1');
        await fillLecture(store, 'other', 'job_2');
        await remove(store);
        expect(await store.lectures.find(local, 'lecture-1')).toBeNull();
        expect(await store.sources.allOfLecture(local, 'lecture-1')).toEqual([]);
        expect(await store.transcripts.latest(local, 'src_1')).toBeNull();
        expect(await store.outputs.find(local, 'decode:1')).toBeNull();
        expect(await store.artifacts.ofLecture(local, 'lecture-1')).toEqual([]);
        expect(await store.exports.ofLecture(local, 'lecture-1')).toEqual([]);
        expect(await store.jobs.find(local, 'job_1')).toBeNull();
        expect(await store.jobEvents.after(systemScope, 'job_1', 0, 10)).toEqual([]);
        expect(await store.transcripts.latest(other, 'src_1')).not.toBeNull();
        expect(await store.outputs.find(other, 'decode:1')).not.toBeNull();
        expect(await store.jobEvents.after(other, 'job_2', 0, 10)).toHaveLength(1);
      });

      it('takes the texts, outputs and jobs of a source with it and leaves the lecture', async () => {
        await fillLecture(store, LOCAL_OWNER, 'job_1');
        await store.sources.remove(local, 'src_1');
        expect(await store.transcripts.heads(local, 'lecture-1')).toEqual([]);
        expect(await store.outputs.find(local, 'decode:1')).toBeNull();
        expect(await store.jobs.find(local, 'job_1')).toBeNull();
        expect(await store.lectures.find(local, 'lecture-1')).not.toBeNull();
        expect(await store.artifacts.ofLecture(local, 'lecture-1')).toHaveLength(1);
      });

      it('keeps an output that another source of the same bytes uses', async () => {
        await fillLecture(store, LOCAL_OWNER, 'job_1');
        await store.sources.insert(local, aSource({ id: 'src_2' }));
        await store.outputs.putPart(local, 'decode:1', { step: 'decode', sourceId: 'src_2', index: 0, body: 'ignored' });
        await store.sources.remove(local, 'src_1');
        expect((await store.outputs.find(local, 'decode:1'))?.parts).toEqual([{ index: 0, body: { n: 1 } }]);
        await store.sources.remove(local, 'src_2');
        expect(await store.outputs.find(local, 'decode:1')).toBeNull();
      });
    });

    describe('sources', () => {
      it('lists those of a lecture oldest first and learns their length', async () => {
        await addLecture(store);
        await store.sources.insert(local, aSource({ id: 'src_b', createdAt: 20 }));
        await store.sources.insert(local, aSource({ id: 'src_a', createdAt: 30 }));
        await store.sources.setDuration(local, 'src_a', 61_000);
        const sources = await store.sources.ofLecture(local, 'lecture-1');
        expect(sources.map((source) => [source.id, source.durationMs])).toEqual([
          ['src_b', null],
          ['src_a', 61_000],
        ]);
        await store.sources.setDeletedAt(local, 'src_b', 40);
        expect((await store.sources.ofLecture(local, 'lecture-1', { trashed: true })).map((source) => source.id)).toEqual([
          'src_b',
        ]);
        expect(await store.sources.find(other, 'src_a')).toBeNull();
      });

      it('refuses the same id twice and a lecture that does not exist', async () => {
        await addLecture(store);
        await store.sources.insert(local, aSource());
        await expect(store.sources.insert(local, aSource())).rejects.toThrow();
        await expect(store.sources.insert(local, aSource({ id: 'src_2', lectureId: 'none' }))).rejects.toThrow();
      });
    });

    transcriptsConformance(() => store);

    describe('documents', () => {
      it('numbers the versions of a text from 1 and keeps each as it was written', async () => {
        await addSource(store);
        const text = aDocument({ publishedAt: '2026-01-31', author: 'A. "B" \u{1F600}' });
        const first = await store.documents.add(local, text);
        const second = await store.documents.add(local, aDocument({ reader: 'plain:2' }));
        expect([first.version, second.version]).toEqual([1, 2]);
        expect(await store.documents.find(local, 'src_1', 1)).toEqual({ ...text, version: 1 });
        expect(await store.documents.latest(local, 'src_1')).toEqual(second);
        expect(await store.documents.find(local, 'src_1', 3)).toBeNull();
        expect(await store.documents.latest(other, 'src_1')).toBeNull();
      });

      it('gives the newest head of each source, oldest source first, without those in the trash', async () => {
        await addSource(store);
        await store.sources.insert(local, aSource({ id: 'src_2', createdAt: 1, url: 'https://example.org/a' }));
        await store.sources.insert(local, aSource({ id: 'src_3' }));
        for (const sourceId of ['src_1', 'src_1', 'src_2', 'src_3']) await store.documents.add(local, aDocument({ sourceId }));
        await store.sources.setDeletedAt(local, 'src_3', 9_000);
        const heads = await store.documents.heads(local, 'lecture-1');
        expect(heads.map((head) => [head.sourceId, head.version])).toEqual([
          ['src_2', 1],
          ['src_1', 2],
        ]);
        expect(heads[0]).not.toHaveProperty('pages');
      });

      it('go with their source', async () => {
        await addSource(store);
        await store.documents.add(local, aDocument());
        await store.sources.remove(local, 'src_1');
        expect(await store.documents.latest(local, 'src_1')).toBeNull();
      });

      it('get what they turned out to be', async () => {
        await addLecture(store);
        const page = aSource({ kind: 'document', url: 'https://example.org/', sizeBytes: 0, sha256: '' });
        await store.sources.insert(local, page);
        const content = { mediaType: 'text/html', sizeBytes: 12, sha256: 'cd'.repeat(32), title: 'Example' };
        await store.sources.setContent(local, 'src_1', content);
        expect(await store.sources.find(local, 'src_1')).toEqual({ ...page, ...content });
      });
    });

    describe('step outputs', () => {
      it('gathers parts by index, ignores a repeated one, and ends with a body for the whole', async () => {
        await addSource(store);
        const part = { step: 'transcribe', sourceId: 'src_1' };
        expect(await store.outputs.find(local, 'transcribe:x')).toBeNull();
        await store.outputs.putPart(local, 'transcribe:x', { ...part, index: 10, body: ['later'] });
        await store.outputs.putPart(local, 'transcribe:x', { ...part, index: 2, body: { text: 'first' } });
        await store.outputs.putPart(local, 'transcribe:x', { ...part, index: 2, body: 'again' });
        expect(await store.outputs.find(local, 'transcribe:x')).toEqual({
          key: 'transcribe:x',
          complete: false,
          body: null,
          parts: [
            { index: 2, body: { text: 'first' } },
            { index: 10, body: ['later'] },
          ],
        });
        await store.outputs.complete(local, 'transcribe:x', { ...part, body: { chunks: 11 } });
        expect(await store.outputs.find(local, 'transcribe:x')).toMatchObject({ complete: true, body: { chunks: 11 } });
        expect(await store.outputs.find(other, 'transcribe:x')).toBeNull();
      });

      it('completes an output that has no parts', async () => {
        await addSource(store);
        await store.outputs.complete(local, 'decode:x', { step: 'decode', sourceId: 'src_1', body: undefined });
        expect(await store.outputs.find(local, 'decode:x')).toEqual({ key: 'decode:x', complete: true, body: null, parts: [] });
      });
    });

    describe('artifacts and exports', () => {
      it('shows the newest artifact of each kind and preset in the order of the catalogue, all with history', async () => {
        await addLecture(store);
        const outline = { sections: [] };
        await store.artifacts.insert(local, anArtifact({ id: 'a1', kind: 'outline', content: outline, createdAt: 50 }));
        await store.artifacts.insert(local, anArtifact({ id: 'a2', createdAt: 10 }));
        await store.artifacts.insert(local, anArtifact({ id: 'a3', createdAt: 20 }));
        await store.artifacts.insert(local, anArtifact({ id: 'a4', createdAt: 5, presetId: 'research' }));
        expect((await store.artifacts.ofLecture(local, 'lecture-1')).map((artifact) => artifact.id)).toEqual(['a3', 'a4', 'a1']);
        expect(await store.artifacts.ofLecture(local, 'lecture-1', { history: true })).toHaveLength(4);
        expect((await store.artifacts.ofLecture(local, 'lecture-1'))[0]).toEqual(anArtifact({ id: 'a3', createdAt: 20 }));
        expect(await store.artifacts.ofLecture(other, 'lecture-1')).toEqual([]);
      });

      it('replaces an export and names the file that is no longer used', async () => {
        await addLecture(store);
        const stored = anExport('exports/1');
        expect(await store.exports.put(local, stored)).toBeNull();
        expect(await store.exports.put(local, stored)).toBeNull();
        expect(await store.exports.put(local, anExport('exports/2'))).toBe('exports/1');
        expect(await store.exports.find(local, 'lecture-1', 'pdf')).toEqual(anExport('exports/2'));
        expect(await store.exports.ofLecture(local, 'lecture-1')).toEqual([anExport('exports/2')]);
        expect(await store.exports.find(other, 'lecture-1', 'pdf')).toBeNull();
      });
    });

    describe('replies', () => {
      const day = 24 * 60 * 60 * 1000;

      it('does a request once and repeats its reply for the same key and fingerprint', async () => {
        expect(await store.replies.begin(local, 'k', 'f', 1_000, 100)).toEqual({ state: 'new' });
        expect(await store.replies.begin(local, 'k', 'f', 1_050, 100)).toEqual({ state: 'busy' });
        await store.replies.complete(local, 'k', { status: 202, body: '{"jobId":"j"}' });
        expect(await store.replies.begin(local, 'k', 'f', 9_000, 100)).toEqual({
          state: 'done',
          status: 202,
          body: '{"jobId":"j"}',
        });
        expect(await store.replies.begin(local, 'k', 'g', 9_000, 100)).toEqual({ state: 'reused' });
        expect(await store.replies.begin(other, 'k', 'g', 9_000, 100)).toEqual({ state: 'new' });
      });

      it('takes over a reservation whose process is gone, and forgets a reply after a day', async () => {
        await store.replies.begin(local, 'k', 'f', 1_000, 100);
        expect(await store.replies.begin(local, 'k', 'f', 1_100, 100)).toEqual({ state: 'new' });
        expect(await store.replies.begin(local, 'k', 'f', 1_150, 100)).toEqual({ state: 'busy' });
        await store.replies.complete(local, 'k', { status: 200, body: '' });
        expect(await store.replies.begin(local, 'k', 'g', 1_100 + day, 100)).toEqual({ state: 'new' });
      });

      it('takes over no reservation that is renewed, and keeps the first reply of two', async () => {
        await store.replies.begin(local, 'k', 'f', 1_000, 100);
        await store.replies.renew(local, 'k', 1_090);
        expect(await store.replies.begin(local, 'k', 'f', 1_150, 100)).toEqual({ state: 'busy' });
        await store.replies.complete(local, 'k', { status: 201, body: 'first' });
        await store.replies.renew(local, 'k', 1_000 + 2 * day);
        await store.replies.complete(local, 'k', { status: 200, body: 'second' });
        expect(await store.replies.begin(local, 'k', 'f', 1_200, 100)).toEqual({ state: 'done', status: 201, body: 'first' });
        expect(await store.replies.begin(local, 'k', 'f', 1_090 + day, 100)).toEqual({ state: 'new' });
      });

      it('lets a failed request be sent again, and removes old replies', async () => {
        await store.replies.begin(local, 'k', 'f', 1_000, 100);
        await store.replies.release(local, 'k');
        expect(await store.replies.begin(local, 'k', 'g', 1_001, 100)).toEqual({ state: 'new' });
        await store.replies.complete(local, 'k', { status: 200, body: 'x' });
        await store.replies.release(local, 'k');
        expect(await store.replies.begin(local, 'k', 'g', 1_002, 100)).toMatchObject({ state: 'done' });
        await store.replies.removeBefore(1_002);
        expect(await store.replies.begin(local, 'k', 'h', 1_003, 100)).toEqual({ state: 'new' });
      });
    });

    describe('transactions', () => {
      it('keep all of the work or nothing', async () => {
        const failing = store.transaction(async (tx) => {
          await tx.courses.insert(local, aCourse());
          await tx.jobs.insert(local, aJob());
          throw new Error('stop');
        });
        await expect(failing).rejects.toThrow('stop');
        expect(await store.courses.find(local, 'course-1')).toBeNull();
        expect(await store.jobs.find(local, 'job_1')).toBeNull();
        const made = await store.transaction(async (tx) => {
          await tx.courses.insert(local, aCourse());
          return tx.jobs.insert(local, aJob());
        });
        expect(made.status).toBe('queued');
        expect(await store.courses.find(local, 'course-1')).not.toBeNull();
      });

      it('run one after another when they are started together', async () => {
        await addSource(store);
        const added = await Promise.all(
          Array.from({ length: 8 }, () => store.transaction((tx) => tx.transcripts.add(local, aTranscript()))),
        );
        expect(added.map((transcript) => transcript.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      });

      it('do not nest', async () => {
        await expect(store.transaction((tx) => tx.transaction(async () => 1))).rejects.toThrow(/nest/);
      });
    });

    it('checks that it can be used', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });

    partHoldersConformance(() => store);
    jobStoreConformance(() => store);
    deadLettersConformance(() => store);
    holdingsConformance(() => store);
    uploadsConformance(() => store);
    liveRecordingsConformance(() => store);
    fileRowsConformance(() => store);
    threadsConformance(() => store);
    presetsConformance(() => store);
    speakersConformance(() => store);
    settingsConformance(() => store);

    it('is described by its tables and their rows', async () => {
      await store.courses.insert(local, aCourse());
      const { tables } = await store.describe();
      const names = tables.map(({ name }) => name);
      expect(names).toEqual(names.toSorted());
      expect(tables).toContainEqual({ name: 'courses', rows: 1 });
      expect(tables).toContainEqual({ name: 'lectures', rows: 0 });
    });

    accessConformance(() => store);
    artifactsConformance(() => store);
  });
}

async function addLecture(store: Store, ownerId = LOCAL_OWNER): Promise<void> {
  await store.courses.insert(ownerScope(ownerId), aCourse({ ownerId }));
  await store.lectures.insert(ownerScope(ownerId), aLecture({ ownerId }));
}

async function addSource(store: Store, ownerId = LOCAL_OWNER): Promise<void> {
  await addLecture(store, ownerId);
  await store.sources.insert(ownerScope(ownerId), aSource({ ownerId }));
}

/** A lecture with one of everything. */
async function fillLecture(store: Store, ownerId: string, jobId: string): Promise<void> {
  const scope = ownerScope(ownerId);
  await addSource(store, ownerId);
  await store.transcripts.add(scope, aTranscript({ ownerId }));
  await store.outputs.putPart(scope, 'decode:1', { step: 'decode', sourceId: 'src_1', index: 0, body: { n: 1 } });
  await store.artifacts.insert(scope, anArtifact({ ownerId }));
  await store.exports.put(scope, { ...anExport('exports/1'), ownerId });
  await store.jobs.insert(scope, aJob({ id: jobId, lectureId: 'lecture-1', sourceId: 'src_1' }));
  await store.jobEvents.append(scope, { jobId, at: 1, type: 'status', data: { status: 'queued' } });
}

function anExport(blobKey: string) {
  const facts = { mediaType: 'application/pdf', fileName: 'memory.pdf', sizeBytes: 10, createdAt: 1 };
  return { ownerId: LOCAL_OWNER, lectureId: 'lecture-1', type: 'pdf', blobKey, ...facts };
}
