import { errorCatalogue, operations, problemSchema, PROBLEM_MEDIA_TYPE } from '@scholium/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await openApiFixture();
});
afterAll(() => api.close());

test('health answers at the root and under /api', async () => {
  for (const url of ['/health', '/api/health']) {
    const reply = await api.app.inject(url);
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toMatchObject({ status: 'ok', dependencies: [] });
  }
});

test('metrics answer at the root and under /api', async () => {
  for (const url of ['/metrics', '/api/metrics']) expect((await api.app.inject(url)).body).toBe('# none\n');
});

test('the description names every operation and every error as a problem document', async () => {
  const document = (await api.app.inject('/api/openapi.json')).json();
  const described = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>)
    .flatMap((methods) => Object.values(methods).map((operation) => operation.operationId))
    .sort();
  expect(described).toEqual(Object.keys(operations).sort());
  const getJob = document.paths['/api/jobs/{jobId}'].get;
  expect(Object.keys(getJob.responses['404'].content)).toEqual([PROBLEM_MEDIA_TYPE]);
  const ingest = document.paths['/api/lectures/ingest'].post.requestBody.content['multipart/form-data'].schema;
  expect(Object.keys(ingest.properties)).toEqual(['course_id', 'lecture_id', 'preset_id', 'title', 'audio']);
  expect(ingest.required).toEqual(['audio']);
});

test('the reference page runs only what we serve and names no other site in its policy', async () => {
  const page = await api.app.inject('/api/docs/');
  expect(page.statusCode).toBe(200);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:/);
  expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  const source = /src="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const script = await api.app.inject(new URL(source, 'http://localhost/api/docs/').pathname);
  expect(script.statusCode).toBe(200);
  expect(script.headers['content-type']).toMatch('javascript');
});

test('the root says what this is and where to go', async () => {
  const page = await api.app.inject('/');
  expect(page.body).toContain('href="/api/docs/"');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
});

test('an unknown route is a problem document with the request id of the client', async () => {
  const reply = await api.app.inject({ url: '/api/nothing', headers: { 'x-request-id': 'client-id-0001' } });
  expect(reply.statusCode).toBe(404);
  expect(reply.headers['content-type']).toContain(PROBLEM_MEDIA_TYPE);
  expect(problemSchema.parse(reply.json())).toMatchObject({ code: 'route_not_found', requestId: 'client-id-0001', status: 404 });
  expect(reply.headers['x-request-id']).toBe('client-id-0001');
});

test('a request id that could forge log lines is replaced', async () => {
  const reply = await api.app.inject({ url: '/health', headers: { 'x-request-id': 'a b\tc"}' } });
  expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('security headers come with every reply, without an upgrade that plain http cannot follow', async () => {
  const { headers } = await api.app.inject('/api/courses');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(String(headers['content-security-policy'])).not.toContain('upgrade-insecure-requests');
});

test('a fault inside is told without anything of the machine, and logged with its stack', async () => {
  const broken = await openApiFixture({
    health: async () => {
      throw new Error('ENOENT: /home/someone/secret.db');
    },
  });
  const reply = await broken.app.inject('/health');
  expect(reply.statusCode).toBe(500);
  expect(reply.body).not.toContain('/home/someone');
  expect(reply.json()).toMatchObject({ code: 'internal', title: errorCatalogue.internal.title });
  expect(broken.logged.find((line) => line.event === 'request.failed')?.fields['stack']).toContain('/home/someone');
  await broken.close();
});

test('every request is logged by its pattern, never by its address', async () => {
  await api.app.inject('/api/search?q=my+private+question');
  const line = api.logged.findLast((entry) => entry.category === 'access');
  expect(line?.fields).toMatchObject({ method: 'GET', route: '/api/search', status: 200 });
  expect(JSON.stringify(api.logged)).not.toContain('private');
});

test('probes answer whatever host they are addressed to', async () => {
  for (const url of ['/health', '/health/live', '/health/ready']) {
    expect((await api.app.inject({ url, headers: { host: '10.1.2.3:8000' } })).statusCode).toBe(200);
  }
  expect((await api.app.inject({ url: '/api/courses', headers: { host: '10.1.2.3:8000' } })).statusCode).not.toBe(200);
});
