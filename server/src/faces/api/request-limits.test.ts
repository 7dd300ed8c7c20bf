import { afterEach, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import type { Person } from '../../core/domain/person.ts';
import type { ApiSettings } from './api-deps.ts';

const settings = { version: '0', publicHosts: [], maxUploadBytes: 1_000_000, maxResumableBytes: 1_000_000 };
const key = (id: string): Person => ({ id: 'ann', role: 'member', via: 'key', credentialId: id, permissions: ['write'] });
const people: Readonly<Record<string, Person>> = {
  one: key('one'),
  two: key('two'),
  session: { ...key('s'), via: 'session' },
};

let api: ApiFixture;
afterEach(() => api.close());

async function open(limits: ApiSettings['limits']): Promise<void> {
  api = await openApiFixture({
    settings: { ...settings, ...(limits && { limits }) },
    accounts: {
      mode: 'accounts',
      respond: null,
      identify: async (header) => people[header('x-test-person') ?? ''] ?? null,
      hasAdministrator: async () => true,
      findByEmail: async () => null,
    },
  });
}

const get = (url: string, who = 'session', remoteAddress = '203.0.113.1') =>
  api.app.inject({ method: 'GET', url, headers: { 'x-test-person': who }, remoteAddress });
const make = (who: string) =>
  api.app.inject({ method: 'POST', url: '/api/courses', headers: { 'x-test-person': who }, payload: { title: 'A course' } });

it('an address may send so many requests, is told how many are left, and when it may go on', async () => {
  await open({ byAddress: { most: 2, windowMs: 60_000 }, byKey: null });
  expect((await get('/api/courses')).headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
  expect((await get('/api/courses', 'nobody')).statusCode).toBe(401);
  const refused = await get('/api/courses');
  expect(refused.json()).toMatchObject({
    status: 429,
    code: 'too_many_requests',
    detail: /^At most 2 of these in 60 seconds\. Wait /,
  });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '0' });
  expect((await get('/api/courses', 'session', '203.0.113.2')).statusCode).toBe(200);
});

it('probes, pages and pieces of uploads are never turned away', async () => {
  await open({ byAddress: { most: 1, windowMs: 60_000 }, byKey: null });
  await get('/api/courses');
  for (const url of ['/health', '/health/live', '/', '/api/openapi.json']) expect((await get(url)).statusCode, url).toBe(200);
  const piece = await api.app.inject({
    method: 'HEAD',
    url: '/api/uploads/none',
    headers: { 'x-test-person': 'session', 'tus-resumable': '1.0.0' },
    remoteAddress: '203.0.113.1',
  });
  expect(piece.statusCode).toBe(404);
});

it('a key may ask for so much of each kind of work; reading, other keys and people do not count', async () => {
  await open({ byAddress: null, byKey: { most: 1, windowMs: 3_600_000 } });
  expect((await make('one')).statusCode).toBe(201);
  const refused = await make('one');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '3600']);
  expect((await get('/api/courses', 'one')).statusCode).toBe(200);
  const other = { method: 'PATCH', url: '/api/profile', headers: { 'x-test-person': 'one' }, payload: {} } as const;
  expect((await api.app.inject(other)).statusCode).toBe(200);
  expect((await make('two')).statusCode).toBe(201);
  expect([(await make('session')).statusCode, (await make('session')).statusCode]).toEqual([201, 201]);
});

it('nothing is counted where there is no limit', async () => {
  await open(undefined);
  expect((await get('/api/courses')).headers).not.toHaveProperty('ratelimit-limit');
});
