import { statsSchema } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { passagesOf } from '../../core/indexing/passages-of.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApiFixture();
});
afterEach(() => api.close());

const get = async (url: string) => (await api.app.inject({ url: `/api${url}` })).json();

function send(method: 'POST' | 'PATCH', url: string, payload: object) {
  return api.app.inject({ method, url: `/api${url}`, payload });
}

async function addLecture(): Promise<void> {
  await api.store.courses.insert(api.scope, aCourse());
  await api.store.lectures.insert(api.scope, aLecture());
  await api.store.sources.insert(api.scope, aSource());
  const transcript = await api.store.transcripts.add(api.scope, aTranscript());
  const place = { courseId: 'course-1', courseTitle: '', lectureTitle: '' };
  await api.searchIndex.replace(api.scope, 'src_1', passagesOf(transcript, place));
}

describe('GET /v1/stats', () => {
  it('tells what is there and what this process has answered', async () => {
    await addLecture();
    const before = statsSchema.parse(await get('/v1/stats'));
    expect(before.yours).toEqual({ questions: 0, cacheHits: 0, lectures: 1, recordings: 1, documents: 0 });
    await get('/courses');
    expect(statsSchema.parse(await get('/v1/stats')).process.apiCalls).toBe(before.process.apiCalls + 2);
  });

  it('counts open sockets', async () => {
    const address = await api.listen();
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`);
    await new Promise((resolve) => socket.once('open', resolve));
    expect((await get('/v1/stats')).process.openSockets).toBe(1);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await gone;
    await expect.poll(async () => (await get('/v1/stats')).process.openSockets).toBe(0);
  });
});

describe('GET /v1/usage', () => {
  it('is by day, model and purpose; an unknown price stays unknown', async () => {
    expect(await get('/v1/usage')).toMatchObject({ usage: [], total: { calls: 0, costUsd: 0 } });
    const day = new Date().toISOString().slice(0, 10);
    const use = { day, engine: 'own', model: 'm', purpose: 'notes', inputTokens: 7, outputTokens: 2, costUsd: null } as const;
    await api.store.figures.use(api.scope, use);
    await api.store.figures.use(ownerScope('other'), use);
    const { usage, total } = await get('/v1/usage?days=2');
    expect(usage).toEqual([{ ...use, calls: 1, unpricedCalls: 1 }]);
    expect(total).toEqual({ calls: 1, inputTokens: 7, outputTokens: 2, costUsd: null, unpricedCalls: 1 });
    expect((await api.app.inject({ url: '/api/v1/usage?days=0' })).statusCode).toBe(400);
  });
});

describe('the profile', () => {
  it('is changed in part, bounded in length, and empty means no wishes', async () => {
    expect(await get('/profile')).toEqual({ systemPrompt: null, fallback: true });
    expect((await send('PATCH', '/profile', { systemPrompt: ' Short. ' })).json()).toEqual({
      systemPrompt: 'Short.',
      fallback: true,
    });
    expect((await send('PATCH', '/profile', { fallback: false })).json()).toEqual({ systemPrompt: 'Short.', fallback: false });
    expect((await send('PATCH', '/profile', { fallback: true })).statusCode).toBe(200);
    expect((await send('PATCH', '/profile', {})).json()).toEqual({ systemPrompt: 'Short.', fallback: true });
    expect((await send('PATCH', '/profile', { systemPrompt: 'x'.repeat(2001) })).statusCode).toBe(400);
    expect((await send('PATCH', '/profile', { systemPrompt: '  ' })).json()).toEqual({ systemPrompt: null, fallback: true });
    expect(await get('/profile')).toEqual({ systemPrompt: null, fallback: true });
  });
});

describe('switches', () => {
  it('are on until an operator switches them off; the rest stays', async () => {
    expect(await get('/admin/switches')).toEqual({ signUp: true, urlFetching: true, generation: true, chat: true });
    const changed = (await send('PATCH', '/admin/switches', { chat: false, signUp: false })).json();
    expect(changed).toEqual({ signUp: false, urlFetching: true, generation: true, chat: false });
    expect((await send('PATCH', '/admin/switches', { signUp: true })).json()).toEqual({ ...changed, signUp: true });
    expect((await send('PATCH', '/admin/switches', { chat: 'no' })).statusCode).toBe(400);
  });

  it('refuse questions while chat is off, begin no conversation, and let them through again', async () => {
    await addLecture();
    const { id } = (await send('POST', '/threads', {})).json();
    await send('PATCH', '/admin/switches', { chat: false });
    for (const url of [`/threads/${id}/messages`, '/chat/ask/stream']) {
      const reply = await send('POST', url, { question: 'What about memory?' });
      expect([reply.statusCode, reply.json().code]).toEqual([503, 'switched_off']);
    }
    const { threads } = await get('/threads');
    expect(threads).toHaveLength(1);
    await send('PATCH', '/admin/switches', { chat: true });
    const answer = await send('POST', `/threads/${id}/messages`, { question: 'What about memory?' });
    expect([answer.statusCode, answer.json().supported]).toEqual([200, true]);
  });
});
