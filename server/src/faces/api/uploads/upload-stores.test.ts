import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../../testkit/api-fixture.ts';
import { startS3Server } from '../../../../testkit/s3-server.ts';
import { silentLog } from '../../../../testkit/silent-log.ts';
import { openDiskBlobs } from '../../../adapters/disk/disk-blobs.ts';
import { storeEvents } from '../../../adapters/in-process/store-events.ts';
import { openS3Blobs } from '../../../adapters/s3/s3-blobs.ts';
import { openSqliteStore } from '../../../adapters/sqlite/open-sqlite-store.ts';
import { systemClock } from '../../../adapters/system/system-clock.ts';
import { addRecording } from '../../../core/ingest/add-recording.ts';
import { bindUploads } from '../../../core/ingest/bind-uploads.ts';
import { ingestUpload } from '../../../core/ingest/ingest-upload.ts';
import type { Blobs, Queue, Store } from '../../../core/ports/index.ts';

const MIB = 1024 * 1024;
const queue: Queue = {
  dispatch: async () => {},
  onDispatch: () => () => {},
  check: async () => {},
  close: async () => {},
};

/** The bytes of a file on a line that is cut once they have gone so far. */
function cutAfter(file: Buffer, bytes: number): Readable {
  return Readable.from(
    (function* () {
      yield file.subarray(0, bytes);
      throw new Error('the line was cut');
    })(),
  );
}

interface Place {
  readonly blobs: Blobs;
  close(): Promise<void>;
}

describe.each<[string, (folder: string) => Promise<Place>]>([
  ['a disk', async (folder) => ({ blobs: await openDiskBlobs({ dataDir: folder }), close: async () => {} })],
  [
    'a bucket',
    async (folder) => {
      const server = await startS3Server();
      const { bucket, endpoint, keys: credentials } = server;
      const blobs = await openS3Blobs({ bucket, prefix: '', endpoint, region: null, temporaryDir: folder, credentials });
      return {
        blobs,
        async close() {
          await blobs.close();
          await server.close();
        },
      };
    },
  ],
])("the protocol's own client, onto %s", (_name, open) => {
  let folder: string;
  let place: Place;
  let store: Store;
  let api: ApiFixture;
  let endpoint: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-uploads-'));
    place = await open(folder);
    store = await openSqliteStore({ path: join(folder, 'scholium.db'), log: silentLog });
    const { blobs } = place;
    const uploads = bindUploads({ store, blobs, clock: systemClock, queue, events: storeEvents(store) }, { maxBytes: 1e9 });
    api = await openApiFixture({ store, blobs, uploads });
    endpoint = `${await api.listen()}/api/uploads`;
  });
  afterAll(async () => {
    await api?.close();
    await store?.close();
    await place?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('brings a file over a line that breaks, and it becomes a recording of the same bytes', async () => {
    const file = randomBytes(19 * MIB);
    const metadata = { filename: 'Long talk.mp3', title: 'A long talk' };
    const broken = await uploadWith({ endpoint, metadata, uploadSize: file.length, retryDelays: null }, cutAfter(file, 13 * MIB));
    expect(broken.error).toMatch(/cut/);
    const uploadUrl = broken.url;
    const uploadId = uploadUrl.split('/').at(-1) ?? '';
    await expect.poll(async () => (await store.uploads.find(api.scope, uploadId))?.offsetBytes).toBe(13 * MIB);
    const rest = await uploadWith({ endpoint, uploadUrl, retryDelays: null }, file);
    expect(rest.error).toBeNull();

    const upload = await store.uploads.find(api.scope, uploadId);
    const job = await store.jobs.find(api.scope, upload?.jobId ?? '');
    if (!job) throw new Error('A whole upload has a job.');
    const decoder = { probe: async () => ({ format: 'mp3', durationMs: null, hasAudio: true, hasVideo: false }) };
    const ports = { store, blobs: place.blobs, clock: systemClock, decoder, log: silentLog };
    const made = await ingestUpload(
      { ...ports, addSource: (input, signal) => addRecording(ports, input, signal) },
      { uploadId },
      { job, signal: new AbortController().signal, report() {}, checkpoint: (write) => store.transaction(write) },
    );
    const source = await store.sources.find(api.scope, made.sourceId);
    const kept = Buffer.concat(await (await place.blobs.read(api.scope, source?.blobKey ?? '')).toArray());
    expect(kept.equals(file)).toBe(true);
    expect(await store.lectures.find(api.scope, made.lectureId)).toMatchObject({ title: 'A long talk' });
  });
});

/** Runs an upload to its end, good or bad. */
async function uploadWith(
  options: ConstructorParameters<typeof Upload>[1],
  file: Buffer | Readable,
): Promise<{ url: string; error: string | null }> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  // A stream is sent in requests of this size: the second is cut in its middle.
  const chunk = Buffer.isBuffer(file) ? {} : { chunkSize: 10 * MIB };
  const upload = new Upload(file, {
    ...options,
    ...chunk,
    onError: (error) => resolve(error.message),
    onSuccess: () => resolve(null),
  });
  upload.start();
  const error = await promise;
  return { url: upload.url ?? '', error };
}
