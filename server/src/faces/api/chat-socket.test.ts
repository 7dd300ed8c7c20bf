import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { passagesOf } from '../../core/indexing/passages-of.ts';

let api: ApiFixture;
let url: string;
beforeEach(async () => {
  api = await openApiFixture();
  await api.store.courses.insert(api.scope, aCourse());
  await api.store.lectures.insert(api.scope, aLecture());
  await api.store.sources.insert(api.scope, aSource());
  const segments = aTranscript().segments.map((segment) => ({ ...segment, speaker: 'Ada' }));
  const transcript = await api.store.transcripts.add(api.scope, aTranscript({ segments }));
  await api.searchIndex.replace(
    api.scope,
    'src_1',
    passagesOf(transcript, { courseId: 'course-1', courseTitle: '', lectureTitle: '' }),
  );
  url = `${(await api.listen()).replace('http', 'ws')}/ws`;
});
afterEach(() => api.close());

interface Said {
  readonly id: string | null;
  readonly type: string;
  readonly code?: string;
  readonly threadId?: string;
  readonly message?: { readonly supported: boolean };
}

/** A connection, and what was said over it so far. */
async function connect(headers?: Record<string, string>) {
  // Node's own client takes headers beside the protocols.
  const socket = new WebSocket(url, { headers } as unknown as string[]);
  const said: Said[] = [];
  let told = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    said.push(JSON.parse(String(data)) as Said); // what the server sends
    told.resolve();
    told = Promise.withResolvers();
  });
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('refused')));
  });
  const until = async (isIt: (one: Said) => boolean): Promise<Said> => {
    for (;;) {
      const found = said.find(isIt);
      if (found) return found;
      await told.promise;
    }
  };
  const send = (message: unknown): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, said, send, until, closed };
}

describe('chat over a WebSocket', () => {
  it('answers with the events of a stream, each with the id of its question', async () => {
    const { send, said, until, socket } = await connect();
    send({ type: 'ask', id: 'q1', question: 'What about memory?', lectureIds: ['lecture-1'] });
    await until(({ type }) => type === 'done');
    expect(said.map(({ id, type }) => [id, type])).toEqual(
      ['start', 'sources', 'delta', 'citation', 'done'].map((type) => ['q1', type]),
    );
    send({ type: 'ask', id: 'q2', question: 'And memory again?', threadId: said[0]?.threadId });
    await until(({ id, type }) => id === 'q2' && type === 'done');
    socket.close();
  });

  it('keeps to one speaker when asked to', async () => {
    const { send, said, until, socket } = await connect();
    for (const speaker of ['ada', 'Bob']) send({ type: 'ask', id: speaker, question: 'What about memory?', speaker });
    for (const speaker of ['ada', 'Bob']) await until(({ id, type }) => id === speaker && type === 'done');
    const done = said.filter(({ type }) => type === 'done');
    expect(Object.fromEntries(done.map(({ id, message }) => [id, message?.supported]))).toEqual({ ada: true, Bob: false });
    socket.close();
  });

  it('says what is wrong with a message, and goes on', async () => {
    const { send, said, until, socket } = await connect();
    const bad = [
      'no JSON',
      '[]',
      '{"type":"dance","id":"a"}',
      '{"__proto__":{"type":"ask"}}',
      { type: 'ask', id: 'b' },
      { type: 'ask', id: 'd', question: 'x', lectureId: 'lecture-1' },
      { type: 'ask', id: 'c', question: 'x', threadId: 'none' },
    ];
    for (const message of bad) send(message);
    send({ type: 'stop', id: 'never asked' });
    send({ type: 'ask', id: 'q', question: 'memory' });
    await until(({ type }) => type === 'done');
    await until(({ id, code }) => id === 'c' && code === 'thread_not_found');
    expect(said.filter(({ code }) => code === 'invalid_request')).toHaveLength(6);
    socket.close();
  });

  it('ends a connection that sends too much at once', async () => {
    const { send, closed } = await connect();
    send('x'.repeat(100_000));
    expect(await closed).toBe(1009);
  });

  it('is refused to pages of other web sites', async () => {
    await expect(connect({ origin: 'https://evil.example' })).rejects.toThrow('refused');
  });

  it('is closed when the server stops', async () => {
    const { closed } = await connect();
    await api.app.close();
    expect(await closed).toBe(1001);
  });
});
