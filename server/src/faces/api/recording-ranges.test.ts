import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formBody, openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';

const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251));
const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
const url = '/api/lectures/a/audio';
let api: ApiFixture;
beforeAll(async () => {
  api = await openApiFixture();
  const form = formBody([
    ['lecture_id', 'a'],
    ['audio', { fileName: 'evil.html', bytes }],
  ]);
  await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form });
});
afterAll(() => api.close());

test('the whole recording comes with its type, its length and a validator', async () => {
  const reply = await api.app.inject(url);
  expect(reply.statusCode).toBe(200);
  expect(reply.rawPayload.equals(bytes)).toBe(true);
  expect(reply.headers).toMatchObject({
    'content-type': 'audio/mpeg', // from the bytes, not from the name
    'content-length': '1000',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    etag,
  });
});

test.each([
  ['bytes=0-0', 0, 0],
  ['bytes=100-199', 100, 199],
  ['bytes=990-', 990, 999],
  ['bytes=-10', 990, 999],
  ['bytes=-5000', 0, 999],
  ['bytes=990-5000', 990, 999],
  ['Bytes = 5 - 6', 5, 6],
])('%s gives bytes %i to %i', async (range, start, end) => {
  const reply = await api.app.inject({ url, headers: { range } });
  expect(reply.statusCode).toBe(206);
  expect(reply.headers['content-range']).toBe(`bytes ${start}-${end}/1000`);
  expect(reply.rawPayload.equals(bytes.subarray(start, end + 1))).toBe(true);
  expect(reply.headers['content-length']).toBe(String(end - start + 1));
});

test.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('%s lies outside and is refused with the length', async (range) => {
  const reply = await api.app.inject({ url, headers: { range } });
  expect(reply.statusCode).toBe(416);
  expect(reply.headers['content-range']).toBe('bytes */1000');
  expect(reply.json()).toMatchObject({ code: 'range_not_satisfiable' });
});

test.each(['bytes=9-5', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=0x1-5'])('%s is ignored', async (range) => {
  expect((await api.app.inject({ url, headers: { range } })).statusCode).toBe(200);
});

test('HEAD gives the same headers and no bytes', async () => {
  const whole = await api.app.inject({ method: 'HEAD', url });
  expect([whole.statusCode, whole.headers['content-length'], whole.body]).toEqual([200, '1000', '']);
  const part = await api.app.inject({ method: 'HEAD', url, headers: { range: 'bytes=0-9' } });
  expect([part.statusCode, part.headers['content-length'], part.body]).toEqual([206, '10', '']);
});

test('If-Range with an old validator gives the whole', async () => {
  const range = 'bytes=0-9';
  expect((await api.app.inject({ url, headers: { range, 'if-range': etag } })).statusCode).toBe(206);
  expect((await api.app.inject({ url, headers: { range, 'if-range': '"old"' } })).statusCode).toBe(200);
});

test('a client that has it already gets 304', async () => {
  expect((await api.app.inject({ url, headers: { 'if-none-match': `"x", W/${etag}` } })).statusCode).toBe(304);
  expect((await api.app.inject({ url, headers: { 'if-none-match': '"x"' } })).statusCode).toBe(200);
});

test('a source that is not of this lecture is 404 and names those that are', async () => {
  const reply = await api.app.inject(`${url}?source=src_none`);
  expect(reply.json()).toMatchObject({ status: 404, code: 'source_not_found', detail: expect.stringContaining('src_') });
});

test('a reader that stops in the middle of a large file frees it and the server goes on', async () => {
  const form = formBody([
    ['lecture_id', 'large'],
    ['audio', { fileName: 'l.mp3', bytes: Buffer.alloc(900_000, 1) }],
  ]);
  await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form });
  const address = await api.listen();
  const stop = new AbortController();
  const reply = await fetch(`${address}/api/lectures/large/audio`, { signal: stop.signal });
  await reply.body?.getReader().read();
  stop.abort();
  expect((await fetch(`${address}/api/lectures/large/audio`, { headers: { range: 'bytes=-5' } })).status).toBe(206);
});
