import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryMediaDecoder } from '../../../testkit/memory-media-decoder.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { tone, wavFile } from '../../../testkit/sound.ts';
import { AppError } from '../domain/app-error.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from '../domain/scope.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import type { Store } from '../ports/store.ts';
import { addRecording } from './add-recording.ts';
import { ingest, type Ingested, type IngestInput } from './ingest.ts';

// Every call here is for one owner; the type of `ownerScope` is wider.
const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>;
const never = new AbortController().signal;
const SOUND = wavFile(tone(1_000));
const OTHER_SOUND = wavFile(tone(1_000, 880));

let store: Store;
let blobs: Blobs;
let uploads: number;
/** Keys that were written or moved to and not removed since. */
let keys: Set<string>;
let decoder: MediaDecoder;

beforeEach(() => {
  store = memoryStore();
  uploads = 0;
  keys = new Set();
  decoder = memoryMediaDecoder();
  const inner = memoryBlobs();
  blobs = {
    ...inner,
    put: async (where, key, ...rest) => {
      const info = await inner.put(where, key, ...rest);
      keys.add(key);
      return info;
    },
    move: async (where, from, to) => {
      await inner.move(where, from, to);
      keys.delete(from);
      keys.add(to);
    },
    remove: async (where, key) => {
      await inner.remove(where, key);
      keys.delete(key);
    },
  };
});

async function upload(bytes: Buffer): Promise<IngestInput['incoming']> {
  const key = `incoming/${++uploads}`;
  return { key, ...(await blobs.put(scope, key, Readable.from([bytes]))) };
}

const deps = (): Parameters<typeof ingest>[0] => ({ store, blobs, decoder, clock: { now: () => 7_000 } });

async function run(bytes: Buffer, changes: Partial<IngestInput> = {}): Promise<Ingested> {
  const input = {
    scope,
    courseId: 'biology',
    lectureId: 'week-1',
    presetId: 'exam',
    title: null,
    fileName: 'Week 1.wav',
    ...changes,
  };
  return ingest(deps(), { ...input, incoming: await upload(bytes) }, never);
}

describe('ingest', () => {
  it('makes course, lecture and recording, and moves the bytes to their place', async () => {
    const { lecture, source, created } = await run(SOUND);
    expect(created).toBe(true);
    expect(lecture).toMatchObject({ id: 'week-1', courseId: 'biology', title: 'Week 1', createdAt: 7_000 });
    expect(source).toMatchObject({
      lectureId: 'week-1',
      mediaType: 'audio/wav',
      sizeBytes: SOUND.length,
      fileName: 'Week 1.wav',
    });
    expect([...keys]).toEqual([source.blobKey]);
    expect(await store.courses.find(scope, 'biology')).toMatchObject({ title: 'biology' });
    expect(await store.sources.ofLecture(scope, 'week-1')).toEqual([source]);
  });

  it('makes an id when none is given', async () => {
    const [first, second] = [await run(SOUND, { lectureId: null }), await run(SOUND, { lectureId: null })];
    expect(first.lecture.id).toMatch(/^lec_/);
    expect(second.lecture.id).not.toBe(first.lecture.id);
  });

  it.each(['.wav', '../../etc/passwd', '<script>alert(1)</script>.wav', `${'x'.repeat(300)}.wav`, '\u202Efdp.wav'])(
    'keeps a file named %j under a name of its own',
    async (fileName) => {
      const { source } = await run(SOUND, { fileName });
      expect(source.blobKey).toMatch(/^sources\/src_[\w-]+$/);
      expect(source.title.length).toBeGreaterThan(0);
    },
  );

  it('changes nothing when the same bytes come again', async () => {
    const first = await run(SOUND);
    const again = await run(SOUND, { title: 'Other title' });
    expect(again).toEqual({ ...first, created: false });
    expect([...keys]).toEqual([first.source.blobKey]);
  });

  it('keeps what is there when other bytes come, and removes those', async () => {
    const first = await run(SOUND);
    await expect(run(OTHER_SOUND)).rejects.toMatchObject({ code: 'lecture_conflict' });
    expect([...keys]).toEqual([first.source.blobKey]);
    expect(await store.sources.ofLecture(scope, 'week-1')).toEqual([first.source]);
  });

  it('makes one lecture when the same bytes come twice at once', async () => {
    const made = await Promise.all([run(SOUND), run(SOUND), run(SOUND)]);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ source }) => source.id)).size).toBe(1);
    expect([...keys]).toEqual([made[0].source.blobKey]);
  });

  it('lets one win when two recordings come at once for one lecture', async () => {
    const [a, b] = await Promise.allSettled([run(SOUND), run(OTHER_SOUND)]);
    const won = [a, b].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = [a, b].flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(won).toHaveLength(1);
    expect(lost).toEqual([expect.objectContaining({ code: 'lecture_conflict' })]);
    expect([...keys]).toEqual([won[0]?.source.blobKey]);
  });

  it('says when the lecture, or its course, is in the trash, and leaves nothing behind', async () => {
    const { source } = await run(SOUND);
    await store.lectures.setDeletedAt(scope, 'week-1', 8_000);
    await expect(run(SOUND)).rejects.toMatchObject({ code: 'lecture_conflict', detail: /trash/ });
    await store.courses.setDeletedAt(scope, 'biology', 8_000);
    await expect(run(SOUND, { lectureId: 'week-2' })).rejects.toMatchObject({ code: 'course_not_found', detail: /trash/ });
    expect([...keys]).toEqual([source.blobKey]);
  });

  it.each([
    ['media_empty', Buffer.alloc(0)],
    ['media_unsupported', Buffer.from('no sound')],
    ['media_damaged', SOUND.subarray(0, 44)],
  ])('leaves nothing behind of an upload that is refused (%s)', async (code, bytes) => {
    await expect(run(bytes)).rejects.toMatchObject({ code });
    expect([...keys]).toEqual([]);
    expect(await store.lectures.find(scope, 'week-1')).toBeNull();
    expect(await store.courses.find(scope, 'biology')).toBeNull();
  });

  it('leaves nothing behind when the preset is unknown or the rows cannot be written', async () => {
    await expect(run(SOUND, { presetId: 'none' })).rejects.toMatchObject({ code: 'preset_not_found' });
    store = { ...store, transaction: () => Promise.reject(new AppError('storage_full', 'Full.')) };
    await expect(run(SOUND)).rejects.toMatchObject({ code: 'storage_full' });
    expect([...keys]).toEqual([]);
  });

  it('takes a recording on a machine without ffmpeg', async () => {
    decoder = { ...decoder, probe: () => Promise.reject(new AppError('decoder_unavailable', 'Missing.')) };
    expect((await run(SOUND)).source.mediaType).toBe('application/octet-stream');
  });
});

describe('addRecording', () => {
  const add = async (bytes: Buffer, lectureId = 'week-1'): Promise<Awaited<ReturnType<typeof addRecording>>> =>
    addRecording(deps(), { scope, lectureId, title: null, fileName: 'part 2.wav', incoming: await upload(bytes) }, never);

  it('adds a second recording, and gives the one that is there for the same bytes', async () => {
    const { source } = await run(SOUND);
    const added = await add(OTHER_SOUND);
    expect(added.created).toBe(true);
    expect(await add(OTHER_SOUND)).toEqual({ source: added.source, created: false });
    expect((await add(SOUND)).source.id).toBe(source.id);
    expect([...keys].sort()).toEqual([source.blobKey, added.source.blobKey].sort());
  });

  it('adds one when the same bytes come twice at once', async () => {
    await run(SOUND);
    const added = await Promise.all([add(OTHER_SOUND), add(OTHER_SOUND)]);
    expect(added.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(keys.size).toBe(2);
  });

  it('leaves nothing behind when there is no such lecture or the bytes are refused', async () => {
    await expect(add(SOUND, 'none')).rejects.toMatchObject({ code: 'lecture_not_found' });
    await run(SOUND);
    await expect(add(Buffer.from('no sound'))).rejects.toMatchObject({ code: 'media_unsupported' });
    expect(keys.size).toBe(1);
  });
});
