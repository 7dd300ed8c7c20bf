import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '@scholium/server/testkit/api-fixture.ts';
import { createClient, type Client } from './index.ts';
import type { UploadMemory } from './upload-file.ts';

const MIB = 1024 * 1024;
let api: ApiFixture;
let baseUrl: string;
let client: Client;
beforeEach(async () => {
  api = await openApiFixture();
  baseUrl = await api.listen();
  client = createClient({ baseUrl });
});
afterEach(() => api.close());

const file = (bytes: Uint8Array<ArrayBuffer>): { file: Blob; fileName: string } => ({
  file: new Blob([bytes]),
  fileName: 'Tälk.mp3',
});

function memoryOf(entries = new Map<string, string>()): UploadMemory {
  return {
    find: async (key) => entries.get(key) ?? null,
    keep: async (key, uploadId) => void entries.set(key, uploadId),
    forget: async (key) => void entries.delete(key),
  };
}

async function storedBytes(uploadId: string): Promise<Buffer> {
  const parts = await api.store.uploads.parts(api.scope, uploadId);
  const read = async ({ key }: { key: string }) => Buffer.concat(await (await api.blobs.read(api.scope, key)).toArray());
  return Buffer.concat(await Promise.all(parts.map(read)));
}

test('a file is sent in pieces, with what is said of it, and the job is named', async () => {
  const bytes = randomBytes(5 * MIB);
  const seen: number[] = [];
  const { uploadId, jobId } = await client.uploadFile({
    ...file(bytes),
    fields: { title: 'A tälk', courseId: undefined },
    requestBytes: 2 * MIB,
    onProgress: (sent, size) => seen.push(sent / size),
  });
  expect(seen).toEqual([0, 0.4, 0.8, 1]);
  expect((await storedBytes(uploadId)).equals(bytes)).toBe(true);
  expect(await client.call('getJob', { params: { jobId } })).toMatchObject({ kind: 'ingest-upload' });
  const upload = await client.call('getUpload', { params: { uploadId } });
  expect(upload).toMatchObject({ status: 'complete', fileName: 'Tälk.mp3', jobId });
  expect((await api.store.uploads.find(api.scope, uploadId))?.metadata).toEqual({ filename: 'Tälk.mp3', title: 'A tälk' });
});

test('a line that breaks, an answer that is lost and a server that is busy cost a pause, not the upload', async () => {
  const bytes = randomBytes(4 * MIB);
  let patches = 0;
  const shaky = createClient({
    baseUrl,
    async fetch(url, init) {
      if (init?.method !== 'PATCH') return fetch(url, init);
      patches += 1;
      if (patches === 1) throw new TypeError('fetch failed');
      if (patches === 2) {
        await fetch(url, init);
        throw new TypeError('the answer was lost');
      }
      if (patches === 3) return Response.json({ detail: 'later' }, { status: 429 });
      return fetch(url, init);
    },
  });
  const { uploadId } = await shaky.uploadFile({ ...file(bytes), requestBytes: MIB, retryMs: 1 });
  expect((await storedBytes(uploadId)).equals(bytes)).toBe(true);
  expect(patches).toBe(6);
});

test('a program that was stopped goes on after the stored bytes when it is run again', async () => {
  const bytes = randomBytes(4 * MIB);
  const memory = memoryOf();
  const stop = new AbortController();
  const input = { ...file(bytes), requestBytes: MIB, key: 'talk', memory };
  const onProgress = (sent: number): void => {
    if (sent === 2 * MIB) stop.abort(new Error('Ctrl-C'));
  };
  await expect(client.uploadFile({ ...input, onProgress, signal: stop.signal })).rejects.toThrow('Ctrl-C');
  const seen: number[] = [];
  const { uploadId } = await client.uploadFile({ ...input, onProgress: (sent) => seen.push(sent) });
  expect(seen[0]).toBe(2 * MIB);
  expect((await storedBytes(uploadId)).equals(bytes)).toBe(true);
});

test('an upload that is gone meanwhile, or is of another file, is begun anew', async () => {
  const entries = new Map([['talk', 'upl_gone']]);
  const memory = memoryOf(entries);
  const first = await client.uploadFile({ ...file(randomBytes(10)), key: 'talk', memory, retryMs: 1 });
  expect(entries.get('talk')).toBe(first.uploadId);
  const second = await client.uploadFile({ ...file(randomBytes(20)), key: 'talk', memory, retryMs: 1 });
  expect(second.uploadId).not.toBe(first.uploadId);
});

test.each([
  ['a file without bytes', () => ({ file: new Blob([]), fileName: 'a.mp3' }), {}, 'media_empty'],
  ['a field that is not valid', () => file(randomBytes(3)), { courseId: 'a/b' }, 'invalid_request'],
])('%s is refused at once, with the reason', async (_name, given, fields, code) => {
  await expect(client.uploadFile({ ...given(), fields })).rejects.toMatchObject({ code });
});

test('a server that stays away is given up, with how to start one', async () => {
  const nobody = createClient({ baseUrl: 'http://127.0.0.1:1' });
  const call = nobody.uploadFile({ ...file(randomBytes(3)), retryMs: 1, maxRetries: 2 });
  await expect(call).rejects.toMatchObject({ code: 'unreachable' });
});
