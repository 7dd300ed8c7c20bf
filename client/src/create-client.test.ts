import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';
import type { JobReply } from '@scholium/contract';
import { openApiFixture, type ApiFixture } from '@scholium/server/testkit/api-fixture.ts';
import { createClient, type Client } from './index.ts';
import { openUpload } from './open-upload.ts';

let api: ApiFixture;
let client: Client;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-client-'));
  api = await openApiFixture();
  client = createClient({ baseUrl: `${await api.listen()}/api/` });
});
afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

function answering(response: () => Response | Promise<Response>): Client {
  return createClient({ baseUrl: 'http://server.test', fetch: async () => response() });
}

test('a file of the disk is uploaded with its fields, and its bytes come back', async () => {
  const path = join(folder, 'Wöche 3.mp3');
  await writeFile(path, 'some sound');
  const upload = await openUpload(path);
  const { lectureId } = await client.call('ingestLecture', { ...upload, fields: { title: 'Three', course_id: undefined } });
  const lecture = await client.call('getLecture', { params: { lectureId } });
  expect(lecture).toMatchObject({ title: 'Three', courseId: 'default', sources: [{ fileName: 'Wöche 3.mp3' }] });
  const audio = await client.call('getAudio', { params: { lectureId }, headers: { range: 'bytes=5-' } });
  expect([audio.status, await audio.text()]).toEqual([206, 'sound']);
});

test('replies have the types of the contract', async () => {
  expectTypeOf(client.call<'getJob'>).returns.resolves.toEqualTypeOf<JobReply>();
  expectTypeOf(client.call<'getAudio'>).returns.resolves.toEqualTypeOf<Response>();
  // @ts-expect-error a job cannot be asked for without its id
  const missing = client.call('getJob', {});
  await expect(missing).rejects.toMatchObject({ code: 'job_not_found' });
});

test('a problem is thrown with its code, sentence, status and request id', async () => {
  await expect(client.call('getLecture', { params: { lectureId: 'none' } })).rejects.toMatchObject({
    name: 'ProblemError',
    code: 'lecture_not_found',
    status: 404,
    detail: expect.stringContaining('none'),
    requestId: expect.any(String),
  });
});

test('ids are escaped, so that none can reach another route', async () => {
  await expect(client.call('getJob', { params: { jobId: '../courses' } })).rejects.toMatchObject({ code: 'invalid_request' });
});

test('the same idempotency key does the work once', async () => {
  const create = () => client.call('createCourse', { body: { title: 'Once' }, idempotencyKey: 'key-1' });
  expect(await create()).toEqual(await create());
  expect((await client.call('listCourses')).courses).toHaveLength(1);
});

test('a server that does not answer is unreachable, with how to start one', async () => {
  const nobody = createClient({ baseUrl: 'http://127.0.0.1:1' });
  await expect(nobody.call('getHealth')).rejects.toMatchObject({
    code: 'unreachable',
    status: 0,
    detail: expect.stringContaining('npm start'),
  });
});

test.each([
  ['a page of a proxy', () => new Response('<html>502</html>', { status: 502 })],
  ['JSON of another shape', () => Response.json({ hello: 1 })],
  ['no JSON at all', () => new Response('ok')],
])('%s is an unexpected reply, not a crash', async (_name, response) => {
  await expect(answering(response).call('listCourses')).rejects.toMatchObject({ code: 'unexpected_reply' });
});

test('a server that is down still tells its health', async () => {
  const health = { status: 'down', version: '1', uptimeMs: 1, dependencies: [] };
  expect(await answering(() => Response.json(health, { status: 503 })).call('getHealth')).toEqual(health);
});

test('an aborted call rejects with the reason of its signal', async () => {
  const stop = new AbortController();
  const call = createClient({
    baseUrl: 'http://server.test',
    fetch: async (_url, init) => {
      stop.abort(new Error('enough'));
      init?.signal?.throwIfAborted();
      return new Response();
    },
  }).call('listCourses', { signal: stop.signal });
  await expect(call).rejects.toThrow('enough');
});

test('an event stream is given up when the server stays away', async () => {
  let tries = 0;
  const absent = createClient({
    baseUrl: 'http://server.test',
    fetch: async () => {
      tries += 1;
      throw new TypeError('fetch failed');
    },
  });
  const follow = async () => {
    for await (const event of absent.events('job_1', { reconnectMs: 1, maxReconnects: 3 })) expect(event).toBeUndefined();
  };
  await expect(follow()).rejects.toMatchObject({ code: 'unreachable' });
  expect(tries).toBe(4);
});

test('the API key goes along with every call', async () => {
  let sent: string | null = null;
  const keyed = createClient({
    baseUrl: 'http://server.test/api',
    apiKey: 'key',
    fetch: async (_url, init) => {
      sent = new Headers(init?.headers).get('x-api-key');
      return Response.json({ courses: [], nextCursor: null });
    },
  });
  await keyed.call('listCourses');
  expect(sent).toBe('key');
});

test('a file in a bucket is fetched there without the API key', async () => {
  const sent: { url: string; key: string | null; range: string | null }[] = [];
  const led = createClient({
    baseUrl: 'http://server.test',
    apiKey: 'key',
    fetch: async (url, init) => {
      const headers = new Headers(init?.headers);
      sent.push({ url: String(url), key: headers.get('x-api-key'), range: headers.get('range') });
      if (sent.length === 2) return new Response('sound', { status: 206 });
      if (sent.length === 4) throw new TypeError('fetch failed');
      expect(init?.redirect).toBe('manual');
      return new Response(null, { status: 307, headers: { location: 'https://bucket.test/a?signature=1' } });
    },
  });
  const headers = { range: 'bytes=5-' };
  const reply = await led.call('getAudio', { params: { lectureId: 'a' }, headers });
  expect([reply.status, await reply.text()]).toEqual([206, 'sound']);
  expect(sent).toEqual([
    { url: 'http://server.test/api/lectures/a/audio', key: 'key', range: 'bytes=5-' },
    { url: 'https://bucket.test/a?signature=1', key: null, range: 'bytes=5-' },
  ]);
  const unreachable = led.call('getAudio', { params: { lectureId: 'a' } });
  await expect(unreachable).rejects.toMatchObject({
    code: 'unreachable',
    detail: expect.stringContaining('https://bucket.test'),
  });
});
