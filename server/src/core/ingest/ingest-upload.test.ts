import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { aCourse, aLecture } from '../../../testkit/builders.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { LOCAL_OWNER } from '../domain/scope.ts';
import { UPLOAD_KEPT_MS, type UploadMetadata } from '../domain/upload.ts';
import type { Blobs, Queue, Store } from '../ports/index.ts';
import { removeExpiredUploads } from '../upkeep/remove-expired-uploads.ts';
import { addRecording } from './add-recording.ts';
import { bindUploads, type UploadUseCases } from './bind-uploads.ts';
import { ingestUpload, type IngestedUpload, type IngestUploadDeps } from './ingest-upload.ts';

const scope = { kind: 'owner', ownerId: LOCAL_OWNER } as const;
const never = new AbortController().signal;
const limits = { maxBytes: 1_000_000_000 };
let now: number;
let store: Store;
let blobs: Blobs;
let uploads: UploadUseCases;
let deps: IngestUploadDeps;
let dispatched: string[];
let queue: Queue;

beforeEach(() => {
  now = 1_000_000;
  dispatched = [];
  store = memoryStore();
  blobs = memoryBlobs();
  const clock = { now: () => now };
  queue = {
    dispatch: async ({ id }) => void dispatched.push(id),
    onDispatch: () => () => {},
    check: async () => {},
    close: async () => {},
  };
  uploads = bindUploads({ store, blobs, clock, queue, events: storeEvents(store) }, limits);
  const decoder: IngestUploadDeps['decoder'] = {
    probe: async (path) => probe(await import('node:fs/promises').then(({ readFile }) => readFile(path, 'utf8'))),
  };
  const ports = { store, blobs, clock, decoder, log: silentLog };
  deps = { ...ports, addSource: (input, signal) => addRecording(ports, input, signal) };
});

/** Takes every file for MP3 but one. */
function probe(text: string) {
  if (text.startsWith('text')) throw new AppError('media_unsupported', 'This is text.');
  return { format: 'mp3', durationMs: null, hasAudio: true, hasVideo: false };
}

async function upload(pieces: readonly string[], metadata: UploadMetadata = { filename: 'Week 3.mp3' }): Promise<Job> {
  const id = `upl_${randomUUID()}`;
  const sizeBytes = pieces.join('').length;
  await uploads.begin({ scope, id, fileName: 'Week 3.mp3', metadata, sizeBytes });
  let offsetBytes = 0;
  for (const piece of pieces) {
    const input = {
      scope,
      uploadId: id,
      offsetBytes,
      data: Readable.from([Buffer.from(piece)]),
      mostBytes: sizeBytes - offsetBytes,
    };
    ({ offsetBytes } = await uploads.receive(input, never));
  }
  const job = await store.jobs.find(scope, dispatched.at(-1) ?? '');
  if (!job) throw new Error('A whole upload has a job.');
  return job;
}

const uploadIdOf = (job: Job): string => (job.payload as { uploadId: string }).uploadId; // as the job's schema says

function run(job: Job, given = deps): Promise<IngestedUpload> {
  const lease = { workerId: 'w', token: 1, expiresAt: 0 };
  const context = {
    job: { ...job, lease },
    signal: never,
    report() {},
    checkpoint: <T>(write: (tx: Store) => Promise<T>) => store.transaction(write),
  };
  return ingestUpload(given, { uploadId: uploadIdOf(job) }, context);
}

async function contentOf(sourceId: string): Promise<string> {
  const source = await store.sources.find(scope, sourceId);
  return Buffer.concat(await (await blobs.read(scope, source?.blobKey ?? '')).toArray()).toString();
}

test('the pieces become one recording of a new lecture, and are gone', async () => {
  const job = await upload(['some ', 'so', 'und'], {
    filename: 'Week 3.mp3',
    courseId: 'biology',
    title: 'Three',
    preset_id: 'meeting',
  });
  const made = await run(job);
  expect(made).toMatchObject({ uploadId: uploadIdOf(job), created: true });
  expect(await store.lectures.find(scope, made.lectureId)).toMatchObject({
    courseId: 'biology',
    title: 'Three',
    presetId: 'meeting',
  });
  expect(await store.sources.find(scope, made.sourceId)).toMatchObject({ fileName: 'Week 3.mp3', sizeBytes: 10 });
  expect(await contentOf(made.sourceId)).toBe('some sound');
  const { lectureId, sourceId } = made;
  expect(await store.uploads.find(scope, made.uploadId)).toMatchObject({ status: 'finished', lectureId, sourceId });
  expect(await store.uploads.keys(scope, made.uploadId)).toEqual([]);
});

test('with the id of a lecture that exists it becomes a further recording of it; with a new id, a lecture of that id', async () => {
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  const added = await run(await upload(['more sound'], { lecture_id: 'lecture-1', title: 'Second half' }));
  expect(added).toMatchObject({ lectureId: 'lecture-1', created: true });
  expect(await store.sources.find(scope, added.sourceId)).toMatchObject({ title: 'Second half' });
  expect(await run(await upload(['more sound'], { lectureId: 'lecture-1' }))).toMatchObject({
    sourceId: added.sourceId,
    created: false,
  });
  expect(await run(await upload(['new sound'], { lectureId: 'mine' }))).toMatchObject({ lectureId: 'mine', created: true });
});

test('done again, it gives the same source and makes no second lecture', async () => {
  const job = await upload(['some sound']);
  const context = {
    job: { ...job, lease: { workerId: 'w', token: 1, expiresAt: 0 } },
    signal: never,
    report() {},
    checkpoint: () => Promise.reject(new Error('the machine lost its power')),
  };
  await expect(ingestUpload(deps, { uploadId: uploadIdOf(job) }, context)).rejects.toThrow('power');
  const made = await run(job);
  expect(made.created).toBe(true);
  expect(await run(job)).toMatchObject({ lectureId: made.lectureId, sourceId: made.sourceId });
  expect((await store.lectures.list(scope, {}, { cursor: null, limit: 10 })).items).toHaveLength(1);
});

test('what is no recording fails with the reason, and its bytes are kept for a day', async () => {
  const job = await upload(['text ', 'only']);
  await expect(run(job)).rejects.toMatchObject({ code: 'media_unsupported', permanent: true });
  const uploadId = uploadIdOf(job);
  const error = { code: 'media_unsupported', detail: 'This is text.' };
  expect(await store.uploads.find(scope, uploadId)).toMatchObject({ status: 'failed', error, expiresAt: now + UPLOAD_KEPT_MS });
  await expect(run(job)).rejects.toMatchObject(error);
  const [first] = await store.uploads.parts(scope, uploadId);
  expect(await blobs.stat(scope, first?.key ?? '')).toEqual({ sizeBytes: 5 });
  now += UPLOAD_KEPT_MS + 1;
  expect(await removeExpiredUploads({ store, blobs, clock: { now: () => now }, log: silentLog }, never)).toBe(1);
  expect(await blobs.stat(scope, first?.key ?? '')).toBeNull();
});

test('an upload that nobody goes on with is removed a day after its last byte, and each byte puts that off', async () => {
  const clean = () => removeExpiredUploads({ store, blobs, clock: { now: () => now }, log: silentLog }, never);
  await uploads.begin({ scope, id: 'upl_a', fileName: 'a', metadata: {}, sizeBytes: 10 });
  const receive = (offsetBytes: number, text: string) =>
    uploads.receive({ scope, uploadId: 'upl_a', offsetBytes, data: Readable.from([Buffer.from(text)]), mostBytes: 10 }, never);
  now += UPLOAD_KEPT_MS - 1;
  await receive(0, 'some');
  const keys = await store.uploads.keys(scope, 'upl_a');
  await store.uploads.noteKey(scope, 'upl_a', 'uploads/left-by-a-killed-process');
  await blobs.put(scope, 'uploads/left-by-a-killed-process', Readable.from([Buffer.from('left')]));
  now += UPLOAD_KEPT_MS;
  expect(await clean()).toBe(0);
  now += 1;
  expect(await clean()).toBe(1);
  await expect(receive(4, ' sound')).rejects.toMatchObject({ code: 'upload_not_found' });
  for (const key of [...keys, 'uploads/left-by-a-killed-process']) expect(await blobs.stat(scope, key)).toBeNull();
});

test('bytes that cannot be stored are told, and the upload goes on after those that could', async () => {
  await uploads.begin({ scope, id: 'upl_a', fileName: 'a', metadata: {}, sizeBytes: 10 });
  const full: Blobs = { ...blobs, put: async () => Promise.reject(new AppError('storage_full', 'The disk is full.')) };
  const broken = bindUploads({ store, blobs: full, clock: { now: () => now }, queue, events: storeEvents(store) }, limits);
  const input = { scope, uploadId: 'upl_a', offsetBytes: 0, mostBytes: 10 };
  const data = () => Readable.from([Buffer.from('some sound')]);
  await expect(broken.receive({ ...input, data: data() }, never)).rejects.toMatchObject({ code: 'storage_full' });
  expect(await store.uploads.keys(scope, 'upl_a')).toEqual([]);
  expect(await uploads.receive({ ...input, data: data() }, never)).toMatchObject({ status: 'complete', offsetBytes: 10 });
});

test('a server that stops stores what has arrived before it says so', async () => {
  await uploads.begin({ scope, id: 'upl_a', fileName: 'a', metadata: {}, sizeBytes: 10 });
  const stop = new AbortController();
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('some');
    stop.abort(new AppError('server_stopping', 'The server is stopping.'));
    await new Promise(() => {});
  }
  const input = { scope, uploadId: 'upl_a', offsetBytes: 0, data: endless(), mostBytes: 10 };
  await expect(uploads.receive(input, stop.signal)).rejects.toMatchObject({ code: 'server_stopping' });
  expect(await store.uploads.find(scope, 'upl_a')).toMatchObject({ offsetBytes: 4, status: 'receiving' });
});

test('more than a thousand uploads that nobody ends are not begun', async () => {
  for (let i = 0; i < 1_000; i += 1) await uploads.begin({ scope, id: `upl_${i}`, fileName: 'a', metadata: {}, sizeBytes: 1 });
  await expect(uploads.begin({ scope, id: 'upl_x', fileName: 'a', metadata: {}, sizeBytes: 1 })).rejects.toMatchObject({
    code: 'too_many_uploads',
  });
});
