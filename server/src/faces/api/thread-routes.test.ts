import { chatEventSchemas, type ChatEvent } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { passagesOf } from '../../core/indexing/passages-of.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApiFixture();
  await api.store.courses.insert(api.scope, aCourse());
  await api.store.lectures.insert(api.scope, aLecture());
  await api.store.sources.insert(api.scope, aSource());
  const segments = aTranscript().segments.map((segment) => ({ ...segment, speaker: 'Ada' }));
  const transcript = await api.store.transcripts.add(api.scope, aTranscript({ segments }));
  const place = { courseId: 'course-1', courseTitle: '', lectureTitle: '' };
  await api.searchIndex.replace(api.scope, 'src_1', passagesOf(transcript, place));
});
afterEach(() => api.close());

function send(method: 'POST' | 'PATCH' | 'DELETE', url: string, payload: object = {}, headers: Record<string, string> = {}) {
  return api.app.inject({ method, url: `/api${url}`, payload, headers });
}

async function stream(payload: object, headers: Record<string, string> = {}): Promise<ChatEvent[]> {
  const reply = await send('POST', '/chat/ask/stream', payload, headers);
  expect(reply.headers['content-type']).toMatch(/^text\/event-stream/);
  return [...reply.body.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, type, data]) => {
    const schema = chatEventSchemas[type as ChatEvent['type']];
    return { type, ...schema.parse(JSON.parse(data ?? '')) } as ChatEvent; // parsed with its own schema
  });
}

describe('conversations', () => {
  it('are begun, asked in, read, renamed, listed, found, deleted and restored', async () => {
    const created = await send('POST', '/threads', { lectureIds: ['lecture-1'] });
    expect([created.statusCode, created.json().title, created.json().lectureIds]).toEqual([201, '', ['lecture-1']]);
    const { id } = created.json();
    const answer = (await send('POST', `/threads/${id}/messages`, { question: 'What about memory?' })).json();
    expect(answer).toMatchObject({ role: 'assistant', text: 'Memory fades.', supported: true, status: 'complete' });
    expect(answer.citations).toMatchObject([{ quote: 'Memory fades.', startMs: 0, endMs: 900, firstWord: 0, lastWord: 1 }]);
    const read = (await api.app.inject({ url: `/api/threads/${id}` })).json();
    expect(read.thread.title).toBe('What about memory?');
    expect(read.messages.map((message: { role: string }) => message.role)).toEqual(['user', 'assistant']);
    expect((await send('PATCH', `/threads/${id}`, { title: 'Forgetting' })).json().title).toBe('Forgetting');
    const listed = async (q: string) => (await api.app.inject({ url: `/api/threads?q=${q}` })).json().threads.length;
    expect([await listed('forgetting'), await listed('fades'), await listed('cats')]).toEqual([1, 1, 0]);
    expect((await send('DELETE', `/threads/${id}`)).json()).toHaveProperty('restorableUntil');
    expect((await api.app.inject({ url: `/api/threads/${id}` })).json().code).toBe('thread_not_found');
    expect(await listed('fades')).toBe(0);
    expect((await send('POST', `/threads/${id}/restore`)).statusCode).toBe(200);
    expect(await listed('fades')).toBe(1);
  });

  it('keep to one speaker when asked to, in the answer and as it is made', async () => {
    const { id } = (await send('POST', '/threads', {})).json();
    const supports = async (speaker: string) => {
      const asked = { question: 'What about memory?', speaker };
      const done = (await stream(asked)).at(-1);
      const answer = (await send('POST', `/threads/${id}/messages`, asked)).json();
      return [answer.supported, done?.type === 'done' && done.message.supported];
    };
    expect([await supports('ada'), await supports('Bob')]).toEqual([
      [true, true],
      [false, false],
    ]);
    expect((await send('POST', `/threads/${id}/messages`, { question: 'x', speaker: ' ' })).statusCode).toBe(400);
    expect((await send('POST', `/threads/${id}/messages`, { question: 'x', speakers: 'Ada' })).statusCode).toBe(400);
  });

  it('say that nothing supports an answer instead of guessing', async () => {
    const { id } = (await send('POST', '/threads', {})).json();
    const answer = (await send('POST', `/threads/${id}/messages`, { question: 'Who won the election?' })).json();
    expect(answer).toMatchObject({ supported: false, citations: [] });
  });

  it('refuse what is not there and what contradicts itself', async () => {
    const codes = async (reply: ReturnType<typeof send>) => [(await reply).statusCode, (await reply).json().code];
    expect(await codes(send('POST', '/threads', { lectureIds: ['none'] }))).toEqual([404, 'lecture_not_found']);
    expect(await codes(send('POST', '/threads', { courseId: 'none' }))).toEqual([404, 'course_not_found']);
    expect(await codes(send('POST', '/threads', { courseId: 'course-1', lectureIds: ['lecture-1'] }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await codes(send('POST', '/threads/none/messages', { question: 'x' }))).toEqual([404, 'thread_not_found']);
    expect(await codes(send('POST', '/chat/ask/stream', { threadId: 'none', question: 'x' }))).toEqual([404, 'thread_not_found']);
    expect(await codes(send('POST', '/chat/ask/stream', { question: ' ' }))).toEqual([400, 'invalid_request']);
  });

  it('are not widened to everything by a field that is written wrongly', async () => {
    const misspelt = await send('POST', '/chat/ask/stream', { question: 'x', lectureId: 'lecture-1' });
    expect([misspelt.statusCode, misspelt.json().detail]).toEqual([400, 'In the body: there is no "lectureId".']);
    expect((await send('POST', '/threads', { lecture_ids: ['lecture-1'] })).statusCode).toBe(400);
  });
});

describe('POST /chat/ask/stream', () => {
  it('tells the answer as it is made and keeps it', async () => {
    const events = await stream({ question: 'What about memory?', lectureIds: ['lecture-1'] });
    expect(events.map(({ type }) => type)).toEqual(['start', 'sources', 'delta', 'citation', 'done']);
    const [start, , , citation, done] = events;
    expect(citation).toMatchObject({ index: 1, citation: { quote: 'Memory fades.' } });
    expect(done).toMatchObject({ message: { text: 'Memory fades.', supported: true } });
    const threadId = start?.type === 'start' ? start.threadId : '';
    await stream({ threadId, question: 'And again, memory?' });
    const { messages } = (await api.app.inject({ url: `/api/threads/${threadId}` })).json();
    expect(messages).toHaveLength(4);
  });

  it('gives the answer that was given when it is sent again with its key', async () => {
    const payload = { question: 'What about memory?' };
    const first = await stream(payload, { 'idempotency-key': 'k1' });
    const second = await stream(payload, { 'idempotency-key': 'k1' });
    expect(second.at(-1)).toEqual(first.at(-1));
    expect((await api.app.inject({ url: '/api/threads' })).json().threads).toHaveLength(1);
    const error = (await stream({ question: 'Another?' }, { 'idempotency-key': 'k1' })).at(-1);
    expect(error).toMatchObject({ type: 'error', code: 'idempotency_key_reused' });
  });
});
