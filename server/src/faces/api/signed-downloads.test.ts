import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { formBody, openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { startGcsServer } from '../../../testkit/gcs-server.ts';
import { startS3Server } from '../../../testkit/s3-server.ts';
import { openGcsBlobs } from '../../adapters/gcs/gcs-blobs.ts';
import { openS3Blobs } from '../../adapters/s3/s3-blobs.ts';
import type { Blobs } from '../../core/ports/index.ts';

interface Bucket {
  readonly blobs: Blobs;
  advance(ms: number): void;
  close(): Promise<void>;
}

let folder = '';
beforeAll(async () => {
  // Google's client warns of every credentials file that it is given by name.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  folder = await mkdtemp(join(tmpdir(), 'scholium-signed-'));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function s3(): Promise<Bucket> {
  const server = await startS3Server();
  const { bucket, endpoint, keys: credentials } = server;
  const blobs = await openS3Blobs({ bucket, prefix: 'school', endpoint, region: null, temporaryDir: folder, credentials });
  const close = async (): Promise<void> => {
    await blobs.close();
    await server.close();
  };
  return { blobs, advance: server.advance, close };
}

async function gcs(): Promise<Bucket> {
  const server = await startGcsServer();
  const options = { bucket: server.bucket, prefix: 'school', apiEndpoint: server.endpoint, temporaryDir: folder };
  const blobs = await openGcsBlobs({ ...options, credentialsFile: server.credentialsFile });
  // The account that signs gets its tokens at Google only.
  const { signedUrl } = await openGcsBlobs({ ...options, credentialsFile: await server.signingAccount() });
  return { blobs: { ...blobs, signedUrl }, advance: server.advance, close: server.close };
}

const bytes = Buffer.from('0123456789');
const settings = { version: '0', publicHosts: [], maxUploadBytes: 1_000_000, maxResumableBytes: 1_000_000 };
const audio = '/api/lectures/a/audio';

describe.each([
  ['S3', s3],
  ['Google Cloud Storage', gcs],
])('downloads from a bucket of %s', (_name, openBucket) => {
  let bucket: Bucket;
  let api: ApiFixture;
  beforeEach(async () => {
    bucket = await openBucket();
    api = await openApiFixture({ settings: { ...settings, signedDownloadSeconds: 60 } }, bucket.blobs);
    const form = formBody([
      ['lecture_id', 'a'],
      ['audio', { fileName: 'l.mp3', bytes }],
    ]);
    expect((await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form })).statusCode).toBe(201);
  });
  afterEach(async () => {
    await api.close();
    await bucket.close();
  });

  async function located(url: string, headers: Record<string, string> = {}): Promise<string> {
    const reply = await api.app.inject({ url, headers });
    expect([reply.statusCode, reply.headers['cache-control'], reply.body]).toEqual([307, 'private, no-store', '']);
    return String(reply.headers.location);
  }

  it('lead to a signed address that gives the recording, or a range of it, as the API would', async () => {
    const url = await located(audio);
    const whole = await fetch(url);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    expect([whole.headers.get('content-type'), whole.headers.get('content-disposition')]).toEqual(['audio/mpeg', 'inline']);
    const part = await fetch(url, { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
  });

  it('are refused when the address has expired, or was made to mean another file', async () => {
    const url = await located(audio);
    const other = url.replace(/src_[0-9a-f]+/, 'src_00000000000000000000000000000000');
    expect(other).not.toBe(url);
    expect((await fetch(other)).status).toBe(403);
    expect((await fetch(url.split('?')[0] ?? '')).status).toBe(403);
    bucket.advance(62_000);
    expect((await fetch(url)).status).toBe(403);
  });

  it('have the name and type of an export', async () => {
    const blobKey = `exports/${'0'.repeat(16)}/pdf-1`;
    await api.blobs.put(api.scope, blobKey, Readable.from(['%PDF']));
    const stored = { ownerId: 'local', lectureId: 'a', type: 'pdf', blobKey, createdAt: 1, sizeBytes: 4 };
    await api.store.exports.put(api.scope, { ...stored, mediaType: 'application/pdf', fileName: 'Übung "1".pdf' });
    const reply = await fetch(await located('/api/exports/a/pdf'));
    expect(reply.headers.get('content-type')).toBe('application/pdf');
    expect(reply.headers.get('content-disposition')).toBe(
      `attachment; filename="_bung _1_.pdf"; filename*=UTF-8''%C3%9Cbung%20%221%22.pdf`,
    );
    expect(await reply.text()).toBe('%PDF');
  });

  it('are signed only for what the client may have', async () => {
    const signed = vi.spyOn(api.blobs, 'signedUrl');
    for (const url of ['/api/lectures/b/audio', `${audio}?source=src_none`, '/api/exports/a/pdf', '/api/exports/b/pdf']) {
      expect((await api.app.inject(url)).statusCode).toBe(404);
    }
    await api.app.inject({ method: 'DELETE', url: '/api/lectures/a' });
    expect((await api.app.inject(audio)).statusCode).toBe(404);
    expect(signed).not.toHaveBeenCalled();
  });

  it('still answer HEAD, validators and impossible ranges themselves', async () => {
    const head = await api.app.inject({ method: 'HEAD', url: audio });
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, '10']);
    const headers = { 'if-none-match': String(head.headers.etag) };
    expect((await api.app.inject({ url: audio, headers })).statusCode).toBe(304);
    expect((await api.app.inject({ url: audio, headers: { range: 'bytes=10-' } })).statusCode).toBe(416);
  });

  it('say that a file is gone instead of leading to nothing', async () => {
    const { sources } = (await api.app.inject('/api/lectures/a')).json();
    await api.blobs.remove(api.scope, `sources/${sources[0].id}`);
    expect((await api.app.inject(audio)).json()).toMatchObject({ status: 404, code: 'source_not_found' });
  });
});

it('downloads come through the API where files lie on a disk, or the bucket cannot sign', async () => {
  for (const blobs of [{}, { signedUrl: async () => null }]) {
    const api = await openApiFixture({ settings: { ...settings, signedDownloadSeconds: 60 } }, blobs);
    const form = formBody([
      ['lecture_id', 'a'],
      ['audio', { fileName: 'l.mp3', bytes }],
    ]);
    await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form });
    expect((await api.app.inject(audio)).statusCode).toBe(200);
    await api.close();
  }
});
