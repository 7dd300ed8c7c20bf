import { problemSchema } from '@scholium/contract';
import type { InjectOptions } from 'fastify';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { guardRequest } from './guard.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await openApiFixture();
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json' };

async function refused(request: InjectOptions): Promise<{ status: number; code: string; detail: string }> {
  const reply = await api.app.inject(request);
  const { status, code, detail } = problemSchema.parse(reply.json());
  expect(reply.statusCode).toBe(status);
  return { status, code, detail };
}

function postCourse(payload: string | Buffer, headers: Record<string, string> = json): InjectOptions {
  return { method: 'POST', url: '/api/courses', headers, payload };
}

test('a missing or empty body names what is missing', async () => {
  expect(await refused({ method: 'POST', url: '/api/courses' })).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(await refused(postCourse('{}'))).toMatchObject({ code: 'invalid_request', detail: 'In the body: "title" is missing.' });
});

test.each([
  ['__proto__', '{"__proto__":{"admin":true},"title":"x"}'],
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}},"title":"x"}'],
  ['JSON that is none', '{"title":'],
  ['1,000 levels', `{"title":"x","a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['the wrong type', '{"title":5}'],
  ['an empty title', '{"title":"   "}'],
])('a body with %s is refused with 400', async (_name, payload) => {
  expect(await refused(postCourse(payload))).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test('brackets inside strings are not depth', async () => {
  const reply = await api.app.inject(postCourse(JSON.stringify({ title: `\\"${'['.repeat(200)}`, id: 'brackets' })));
  expect(reply.statusCode).toBe(201);
});

test('10 MB of JSON are refused with 413', async () => {
  expect(await refused(postCourse(`{"title":"${'x'.repeat(10_000_000)}"}`))).toMatchObject({
    status: 413,
    code: 'body_too_large',
  });
});

test.each(['text/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'a body of type %s is refused with 415 where JSON is meant',
  async (type) => {
    expect(await refused(postCourse('--x--', { 'content-type': type }))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
  },
);

test('JSON where a form is meant is refused with 415', async () => {
  const request = { method: 'POST' as const, url: '/api/lectures/ingest', headers: json, payload: '{"audio":1}' };
  expect(await refused(request)).toMatchObject({ status: 415, detail: expect.stringContaining('"audio"') });
});

test.each([
  ['/api/lectures/..%2f..%2fetc%2fpasswd', 'lectureId'],
  [`/api/lectures/${'a'.repeat(129)}`, 'lectureId'],
  [`/api/jobs/${'a'.repeat(5_000)}`, 'jobId'],
  ['/api/jobs/a%00b', 'jobId'],
  ["/api/jobs/x'%20or%201=1", 'jobId'],
  ['/api/courses/...', 'courseId'],
])('the id in %s is refused with 400', async (url, field) => {
  expect(await refused({ url })).toMatchObject({ status: 400, detail: expect.stringContaining(`"${field}" must be`) });
});

test.each([
  'limit=-1',
  'limit=0',
  'limit=abc',
  'limit=1e9',
  'limit=1&limit=2',
  'cursor=%00%00',
  'cursor=nonsense',
  'status=done',
])('a listing with %s is refused with 400', async (query) => {
  expect(await refused({ url: `/api/jobs?${query}` })).toMatchObject({ status: 400, code: 'invalid_request' });
});

test.each(['%ZZ', '%', '%c0%ae'])('the malformed address /api/jobs/%s is refused with 400', async (path) => {
  expect(await refused({ url: `/api/jobs/${path}` })).toMatchObject({ status: 400 });
});

test('an unknown lecture is 404 and names what exists', async () => {
  expect(await refused({ url: '/api/lectures/nothing' })).toMatchObject({ status: 404, code: 'lecture_not_found' });
  expect((await refused({ url: '/api/courses/nothing' })).detail).toContain('brackets');
});

test.each([
  ['evil.example', 'host_not_allowed'],
  ['localhost.evil.example', 'host_not_allowed'],
  ['127.0.0.1.evil.example:80', 'host_not_allowed'],
  ['localhost@evil.example', 'host_not_allowed'],
])('a request addressed to "%s" is refused', async (host, code) => {
  expect(await refused({ url: '/api/courses', headers: { host } })).toMatchObject({ status: 403, code });
});

test.each([undefined, '', ':80', 'localhost/x', 'localhost:80:80'])('the host %s is no host', (host) => {
  expect(() => guardRequest({ method: 'GET', host, origin: undefined }, [''])).toThrow(
    expect.objectContaining({ code: 'host_not_allowed' }),
  );
});

test.each(['localhost:8000', '127.0.0.1', '[::1]:8000', 'app.localhost'])(
  'a request addressed to %s is answered',
  async (host) => {
    expect((await api.app.inject({ url: '/api/courses', headers: { host } })).statusCode).toBe(200);
  },
);

test.each(['https://evil.example', 'null', 'http://localhost:3000', 'file://'])(
  'a page of %s cannot change anything',
  async (origin) => {
    const headers = { ...json, origin, host: 'localhost:8000' };
    expect(await refused(postCourse('{"title":"x"}', headers))).toMatchObject({ status: 403, code: 'origin_not_allowed' });
  },
);

test('our own page and names that are allowed can', async () => {
  const ours = await api.app.inject(
    postCourse('{"title":"x"}', { ...json, origin: 'http://localhost:8000', host: 'localhost:8000' }),
  );
  expect(ours.statusCode).toBe(201);
  const named = await openApiFixture({
    settings: { version: '1', publicHosts: ['study.example'], maxUploadBytes: 1, maxResumableBytes: 1_000_000 },
  });
  const headers = { ...json, host: 'study.example', origin: 'https://study.example' };
  expect((await named.app.inject(postCourse('{"title":"x"}', headers))).statusCode).toBe(201);
  await named.close();
});

test('no other site may read replies', async () => {
  const reply = await api.app.inject({ url: '/api/courses', headers: { origin: 'https://evil.example' } });
  expect(reply.headers['access-control-allow-origin']).toBeUndefined();
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['endless headers', `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
])('%s on the line gets a problem document and the line is closed', async (_name, bytes, status) => {
  const address = new URL(await listening());
  const socket = connect(Number(address.port), address.hostname);
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(problemSchema.parse(JSON.parse(body)).status).toBe(status);
});

let address: Promise<string> | null = null;
function listening(): Promise<string> {
  return (address ??= api.listen());
}
