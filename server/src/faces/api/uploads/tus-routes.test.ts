import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../../testkit/api-fixture.ts';

let api: ApiFixture;
let url: string;
beforeEach(async () => {
  api = await openApiFixture();
  url = await api.listen();
});
afterEach(() => api.close());

const MIB = 1024 * 1024;
const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };
const metadataOf = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');

function create(headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/api/uploads`, { method: 'POST', headers: { ...tus, ...headers } });
}

async function begin(sizeBytes: number, fields: Record<string, string> = { filename: 'Week 3.mp3' }): Promise<string> {
  const reply = await create({ 'upload-length': String(sizeBytes), 'upload-metadata': metadataOf(fields) });
  expect(reply.status).toBe(201);
  const location = reply.headers.get('location') ?? '';
  expect(location).toMatch(/^\/api\/uploads\/upl_[0-9a-f]{32}$/);
  return location;
}

const send = (location: string, offset: number, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
  fetch(url + location, { method: 'PATCH', headers: { ...bytes, 'upload-offset': String(offset) }, body });
const offsetOf = async (location: string): Promise<string | null> =>
  (await fetch(url + location, { method: 'HEAD', headers: tus })).headers.get('upload-offset');
const stateOf = async (location: string): Promise<unknown> => (await fetch(url + location)).json();

/** A PATCH whose bytes are written by hand. */
function openPatch(location: string, offset: number, sizeBytes: number): ClientRequest {
  const headers = { ...bytes, 'upload-offset': String(offset), 'content-length': String(sizeBytes) };
  return request(url + location, { method: 'PATCH', headers });
}

async function answerOf(patch: ClientRequest): Promise<{ status: number; code: string }> {
  const [reply] = await once(patch, 'response');
  const text = Buffer.concat(await reply.toArray()).toString();
  return { status: reply.statusCode, code: text === '' ? '' : JSON.parse(text).code };
}

describe('a file that arrives in pieces', () => {
  test('is whole with its last byte, whose answer names the job', async () => {
    const location = await begin(10);
    const first = await send(location, 0, 'some ');
    expect([first.status, first.headers.get('upload-offset'), first.headers.get('scholium-job-id')]).toEqual([204, '5', null]);
    expect(first.headers.get('upload-expires')).toMatch(/GMT$/);
    expect(await offsetOf(location)).toBe('5');
    const last = await send(location, 5, 'sound');
    const jobId = last.headers.get('scholium-job-id') ?? '';
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '10']);
    const uploadId = location.split('/').at(-1);
    expect(await stateOf(location)).toMatchObject({ uploadId, status: 'complete', offsetBytes: 10, sizeBytes: 10, jobId });
    const job = await api.store.jobs.find(api.scope, jobId);
    expect(job).toMatchObject({ kind: 'ingest-upload', status: 'queued', payload: { uploadId } });
  });

  test('is described by HEAD with the metadata that was sent', async () => {
    const fields = { filename: 'Wöche 3.mp3', own: 'kept' };
    const head = await fetch(url + (await begin(10, fields)), { method: 'HEAD', headers: tus });
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'upload-offset': '0',
      'upload-length': '10',
      'upload-metadata': metadataOf(fields),
      'cache-control': 'no-store',
      'tus-resumable': '1.0.0',
      'x-request-id': expect.any(String),
    });
  });

  test('may bring its first bytes with its creation, and say its length at the end', async () => {
    const reply = await fetch(`${url}/api/uploads`, {
      method: 'POST',
      headers: { ...bytes, 'upload-defer-length': '1' },
      body: 'some ',
    });
    const location = reply.headers.get('location') ?? '';
    expect([reply.status, reply.headers.get('upload-offset')]).toEqual([201, '5']);
    expect(await stateOf(location)).toMatchObject({ status: 'receiving', sizeBytes: null, offsetBytes: 5 });
    const headers = { ...bytes, 'upload-offset': '5', 'upload-length': '10' };
    const last = await fetch(url + location, { method: 'PATCH', headers, body: 'sound' });
    expect([last.status, last.headers.get('scholium-job-id')]).toEqual([204, expect.stringMatching(/^job_/)]);
    expect(await stateOf(location)).toMatchObject({ status: 'complete', sizeBytes: 10 });
  });

  test('is kept piece by piece, each of them at most 8 MiB', async () => {
    const file = randomBytes(20 * MIB);
    const location = await begin(file.length);
    expect((await send(location, 0, file)).status).toBe(204);
    const parts = await api.store.uploads.parts(api.scope, location.split('/').at(-1) ?? '');
    expect(parts.map(({ sizeBytes }) => sizeBytes)).toEqual([8 * MIB, 8 * MIB, 4 * MIB]);
    const read = async ({ key }: { key: string }) => Buffer.concat(await (await api.blobs.read(api.scope, key)).toArray());
    expect(Buffer.concat(await Promise.all(parts.map(read))).equals(file)).toBe(true);
  });

  test('goes on after a client that died: what it had sent counts', async () => {
    const file = randomBytes(9 * MIB);
    const location = await begin(file.length);
    const patch = openPatch(location, 0, file.length);
    patch.on('error', () => {});
    await new Promise((resolve) => patch.write(file.subarray(0, 8 * MIB + 5), resolve));
    await expect.poll(async () => Number(await stored(location))).toBe(8 * MIB);
    patch.destroy();
    await expect.poll(async () => Number(await offsetOf(location))).toBe(8 * MIB + 5);
    const rest = await send(location, 8 * MIB + 5, file.subarray(8 * MIB + 5));
    expect(rest.headers.get('upload-offset')).toBe(String(file.length));
  });

  test('is given up by DELETE, with its bytes', async () => {
    const location = await begin(10);
    await send(location, 0, 'some ');
    expect((await fetch(url + location, { method: 'DELETE', headers: tus })).status).toBe(204);
    expect((await fetch(url + location)).status).toBe(404);
    expect(await api.filesOnDisk()).toEqual([]);
  });
});

async function stored(location: string): Promise<number | undefined> {
  return (await api.store.uploads.find(api.scope, location.split('/').at(-1) ?? ''))?.offsetBytes;
}

describe('two requests that send bytes of one upload', () => {
  test('are not mixed: while one is at work the other is told to come again, and to ask where', async () => {
    const location = await begin(10);
    const slow = openPatch(location, 0, 10);
    slow.write('some');
    await expect.poll(() => api.store.uploads.keys(api.scope, location.split('/').at(-1) ?? '')).toHaveLength(1);
    const other = await send(location, 0, 'OTHER BYTE');
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([423, 'upload_busy']);
    expect(await offsetOf(location)).toBe('0');
    slow.end(' sound');
    expect(await answerOf(slow)).toEqual({ status: 204, code: '' });
  });

  test('are told apart by the offset when they come through two servers', async () => {
    const location = await begin(10);
    const uploadId = location.split('/').at(-1) ?? '';
    const slow = openPatch(location, 0, 10);
    slow.write('some');
    await expect.poll(() => api.store.uploads.keys(api.scope, uploadId)).toHaveLength(1);
    // What another process does, which knows nothing of this one's locks.
    await api.store.uploads.noteKey(api.scope, uploadId, 'uploads/theirs');
    const times = { at: Date.now(), expiresAt: Date.now() + 60_000 };
    await api.store.uploads.addPart(api.scope, uploadId, { key: 'uploads/theirs', offsetBytes: 0, sizeBytes: 3 }, times);
    slow.end(' sound');
    expect(await answerOf(slow)).toEqual({ status: 409, code: 'upload_conflict' });
    expect(await api.store.uploads.keys(api.scope, uploadId)).toEqual(['uploads/theirs']);
    expect(await api.filesOnDisk()).toEqual([]);
  });
});

describe('an upload that cannot be', () => {
  const length = { 'upload-length': '10' };
  test.each([
    ['without the protocol version', { ...length, 'tus-resumable': '0.2.2' }, 412, 'tus_version_unsupported'],
    ['without a length', {}, 400, 'invalid_request'],
    ['of no bytes', { 'upload-length': '0' }, 422, 'media_empty'],
    ['over the limit', { 'upload-length': '1000000001' }, 413, 'body_too_large'],
    ['with metadata that is none', { ...length, 'upload-metadata': 'filename ???' }, 400, 'invalid_request'],
    ['with an id that is none', { ...length, 'upload-metadata': metadataOf({ courseId: 'a/b' }) }, 400, 'invalid_request'],
    ['with a preset that is none', { ...length, 'upload-metadata': metadataOf({ preset_id: 'none' }) }, 404, 'preset_not_found'],
    ['as part of another', { ...length, 'upload-concat': 'partial' }, 400, 'invalid_request'],
  ])('is refused %s', async (_name, headers, status, code) => {
    const reply = await create(headers);
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect([reply.status, await reply.json()]).toMatchObject([status, { code, detail: expect.any(String) }]);
    expect(await api.store.uploads.countReceiving(api.scope)).toBe(0);
  });

  test('is refused when the disk has no room for it', async () => {
    await api.close();
    api = await openApiFixture({}, { freeBytes: async () => 19 });
    url = await api.listen();
    const reply = await create(length);
    expect([reply.status, await reply.json()]).toMatchObject([
      507,
      { code: 'storage_full', detail: expect.stringMatching(/disk/) },
    ]);
  });

  test.each(['HEAD', 'PATCH', 'DELETE'])('is not found by %s', async (method) => {
    const headers = method === 'PATCH' ? { ...bytes, 'upload-offset': '0' } : tus;
    expect((await fetch(`${url}/api/uploads/upl_none`, { method, headers })).status).toBe(404);
  });

  test('takes no bytes at another place, beyond its end, or of another type', async () => {
    const location = await begin(10);
    const answers = [
      await send(location, 3, 'x'),
      await send(location, 0, 'eleven byte'),
      await fetch(url + location, {
        method: 'PATCH',
        headers: { ...tus, 'upload-offset': '0', 'content-type': 'text/plain' },
        body: 'x',
      }),
    ];
    const codes = await Promise.all(answers.map(async (reply) => ((await reply.json()) as { code: string }).code));
    expect(codes).toEqual(['upload_conflict', 'body_too_large', 'unsupported_media_type']);
    expect(await api.filesOnDisk()).toEqual([]);
  });

  test('takes no more bytes than it may hold from a body that does not tell its length', async () => {
    const location = await begin(10);
    const patch = request(url + location, { method: 'PATCH', headers: { ...bytes, 'upload-offset': '0' } });
    patch.end('eleven byte');
    expect(await answerOf(patch)).toEqual({ status: 413, code: 'body_too_large' });
    expect(await stored(location)).toBe(0);
  });

  test('takes nothing from another web site, and lets none read its answers', async () => {
    const headers = { ...length, origin: 'https://evil.example' };
    expect((await create(headers)).status).toBe(403);
    expect((await create(length)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('what the server can do is told by OPTIONS', async () => {
  const reply = await fetch(`${url}/api/uploads`, { method: 'OPTIONS' });
  expect(reply.status).toBe(204);
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'tus-version': '1.0.0',
    'tus-extension': 'creation,creation-with-upload,creation-defer-length,expiration,termination',
    'tus-max-size': '1000000000',
  });
});

test('more bodies than the server takes at a time are asked to wait, and have their place when one has ended', async () => {
  await api.close();
  api = await openApiFixture({
    settings: { version: '1', publicHosts: [], maxUploadBytes: 1_000, maxResumableBytes: 1_000, mostUploads: 1 },
  });
  url = await api.listen();
  const [first, second] = [await begin(10), await begin(10)];
  const slow = openPatch(first, 0, 10);
  slow.write('some');
  await expect.poll(() => api.store.uploads.keys(api.scope, first.split('/').at(-1) ?? '')).toHaveLength(1);
  const refused = await send(second, 0, 'some sound');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  slow.end(' sound');
  expect(await answerOf(slow)).toEqual({ status: 204, code: '' });
  expect((await send(second, 0, 'some sound')).status).toBe(204);
});
