import { setTimeout as delay } from 'node:timers/promises';
import { liveCloseCodes, type LiveEvent, type LiveReply } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { tone } from '../../../testkit/sound.ts';
import { AppError } from '../../core/domain/app-error.ts';

let api: ApiFixture;
let url: string;
beforeEach(async () => {
  api = await openApiFixture();
  url = await api.listen();
});
afterEach(() => api.close());

async function begin(body: object = {}): Promise<LiveReply> {
  const response = await api.app.inject({ method: 'POST', url: '/api/live', payload: { title: 'Tides', ...body } });
  expect(response.statusCode).toBe(201);
  return response.json();
}

async function look(liveId: string): Promise<LiveReply> {
  return (await api.app.inject({ url: `/api/live/${liveId}` })).json();
}

type Of<T extends LiveEvent['type']> = Extract<LiveEvent, { type: T }>;

/** A connection, and what was said over it so far. */
function connect(liveId: string, headers: Record<string, string> = {}) {
  // Node's own client takes headers beside the protocols.
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live/${liveId}/sound`, { headers } as unknown as string[]);
  const said: LiveEvent[] = [];
  let told = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    said.push(JSON.parse(String(data)) as LiveEvent); // what the server sends
    told.resolve();
    told = Promise.withResolvers();
  });
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  const until = async <T extends LiveEvent['type']>(type: T, fits: (one: Of<T>) => boolean = () => true): Promise<Of<T>> => {
    for (;;) {
      const found = said.find((one): one is Of<T> => one.type === type && fits(one as Of<T>)); // its type was compared
      if (found) return found;
      await told.promise;
    }
  };
  return { socket, said, until, closed, say: (message: unknown) => socket.send(JSON.stringify(message)) };
}

const second = (): Uint8Array => new Uint8Array(tone(1_000).buffer);

describe('sound over a WebSocket', () => {
  it('is stored as it comes, marked, and closed; the job that goes on with it is named', async () => {
    const { liveId, lectureId, offsetBytes } = await begin({ courseId: 'sea' });
    expect(offsetBytes).toBe(0);
    const line = connect(liveId);
    expect(await line.until('ready')).toMatchObject({ liveId, lectureId, offsetBytes: 0, text: 'later', format: 'pcm' });
    line.socket.send(second());
    expect((await line.until('level')).dbfs).toBeCloseTo(-12.5, 0);
    line.say({ type: 'mark', label: 'lost', note: 'Why?' });
    expect((await line.until('marked')).mark).toMatchObject({ atMs: 1_000, label: 'lost', note: 'Why?', sourceId: null });
    await line.until('saved', (event) => event.offsetBytes === 32_000);
    line.socket.send(second());
    line.say({ type: 'stop' });
    expect(await line.until('done')).toMatchObject({ status: 'closing', lectureId, jobId: expect.stringMatching(/^job_/) });
    expect(await line.closed).toBe(1000);
    expect(await look(liveId)).toMatchObject({
      status: 'closing',
      offsetBytes: 64_000,
      closesAt: null,
      marks: [{ label: 'lost' }],
    });
    const { marks } = (await api.app.inject({ url: `/api/lectures/${lectureId}/marks` })).json();
    expect(marks).toMatchObject([{ atMs: 1_000, label: 'lost' }]);
    const again = connect(liveId);
    expect(await again.until('error')).toMatchObject({ code: 'live_ended' });
    expect(await again.closed).toBe(liveCloseCodes.ended);
  });

  it('goes on at the byte that is stored when a line breaks, with nothing twice and nothing lost', async () => {
    const { liveId } = await begin();
    const line = connect(liveId);
    await line.until('ready');
    line.socket.send(second());
    line.socket.send(second().subarray(0, 10_001));
    await line.until('saved');
    line.socket.close();
    await line.closed;
    const next = connect(liveId);
    const { offsetBytes } = await next.until('ready');
    expect(offsetBytes).toBe(42_001);
    next.socket.send(second().subarray(10_001));
    next.say({ type: 'stop' });
    await next.until('done');
    const live = await api.store.live.find(api.scope, liveId);
    const parts = await api.store.uploads.parts(api.scope, live?.uploadId ?? '');
    const stored: Buffer[] = [];
    for (const { key } of parts) for await (const bytes of await api.blobs.read(api.scope, key)) stored.push(bytes);
    expect(Buffer.concat(stored).subarray(44)).toEqual(Buffer.concat([second(), second()]));
  });

  it('belongs to the newest connection: the one before is told and closed', async () => {
    const { liveId } = await begin();
    const first = connect(liveId);
    await first.until('ready');
    first.socket.send(second());
    await first.until('level');
    const next = connect(liveId);
    expect((await next.until('ready')).offsetBytes).toBe(32_000);
    expect(await first.until('error')).toMatchObject({ code: 'live_taken_over' });
    expect(await first.closed).toBe(liveCloseCodes.takenOver);
    next.say({ type: 'stop' });
    expect(await next.closed).toBe(1000);
  });

  it('answers what it does not understand with a clear error and goes on', async () => {
    const { liveId } = await begin();
    const line = connect(liveId);
    await line.until('ready');
    line.socket.send('{"type":');
    line.say({ type: 'mark', label: '' });
    await line.until('error', ({ detail }) => detail.includes('label'));
    expect(line.said.filter(({ type }) => type === 'error')).toHaveLength(2);
    line.socket.send(second());
    await line.until('saved');
    line.socket.send(new Uint8Array(65_537));
    expect(await line.closed).toBe(1009);
    expect((await look(liveId)).status).toBe('open');
  });

  it('refuses recordings that are not there, other web sites, and more than may be open', async () => {
    const lost = connect('liv_none');
    expect(await lost.until('error')).toMatchObject({ code: 'live_not_found' });
    expect(await lost.closed).toBe(liveCloseCodes.notFound);
    const { liveId } = await begin();
    expect(await connect(liveId, { origin: 'https://evil.example' }).closed).toBe(1006);
    for (let more = 0; more < 3; more++) await begin();
    const refused = await api.app.inject({ method: 'POST', url: '/api/live', payload: {} });
    expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_live' });
  });

  it('of nothing is no recording, and says so', async () => {
    const { liveId } = await begin();
    const line = connect(liveId);
    await line.until('ready');
    line.say({ type: 'stop' });
    expect(await line.until('error')).toMatchObject({ code: 'media_empty' });
    expect(await line.until('done')).toMatchObject({ status: 'failed', jobId: null });
    expect((await api.app.inject({ method: 'POST', url: `/api/live/${liveId}/stop` })).json()).toMatchObject({
      status: 'failed',
    });
  });

  it('is safe when the server stops: what came is stored, and the client is told to come back', async () => {
    const { liveId } = await begin();
    const line = connect(liveId);
    await line.until('ready');
    line.socket.send(second());
    await line.until('level');
    const closing = api.app.close();
    await line.until('saved', ({ offsetBytes }) => offsetBytes === 32_000);
    expect(await line.until('error')).toMatchObject({ code: 'server_stopping' });
    expect(await line.closed).toBe(1012);
    await closing;
    expect(await api.store.live.find(api.scope, liveId)).toMatchObject({ status: 'open' });
  });

  it('that cannot be stored ends the connection with the reason, and goes on at what is stored', async () => {
    let isFull = false;
    const real = api;
    const full = await openApiFixture(
      {},
      {
        put: (...given) =>
          isFull ? Promise.reject(new AppError('storage_full', 'The disk is full.')) : real.blobs.put(...given),
        read: (...given) => real.blobs.read(...given),
        remove: (...given) => real.blobs.remove(...given),
      },
    );
    try {
      [api, url] = [full, await full.listen()];
      const { liveId } = await begin();
      const line = connect(liveId);
      await line.until('ready');
      line.socket.send(second());
      await line.until('saved');
      isFull = true;
      line.socket.send(second());
      expect(await line.until('error')).toMatchObject({ code: 'storage_full' });
      expect(await line.closed).toBe(1011);
      isFull = false;
      const next = connect(liveId);
      expect((await next.until('ready')).offsetBytes).toBe(32_000);
      next.socket.send(second());
      await next.until('saved', ({ offsetBytes }) => offsetBytes === 64_000);
      next.socket.close();
      await next.closed;
    } finally {
      await full.close();
      api = real;
    }
  });

  it('that stays away for too long ends the connection, not the recording', async () => {
    const quick = await openApiFixture({
      settings: { version: '0', publicHosts: [], maxUploadBytes: 1, maxResumableBytes: 1, liveIdleMs: 50 },
    });
    [url, api] = [await quick.listen(), (await api.close(), quick)];
    const { liveId } = await begin();
    const line = connect(liveId);
    expect(await line.until('error')).toMatchObject({ code: 'live_idle' });
    expect(await line.closed).toBe(liveCloseCodes.idle);
    expect((await look(liveId)).status).toBe('open');
  });

  it('is stored at least every second while it is recorded', async () => {
    const { liveId } = await begin();
    const line = connect(liveId);
    await line.until('ready');
    const step = second().subarray(0, 3_200);
    for (let at = 0; at < 20; at++) {
      line.socket.send(step);
      await delay(100); // the pace of a microphone
    }
    const saved = line.said.filter((event) => event.type === 'saved').map(({ offsetBytes }) => offsetBytes);
    expect(saved.length).toBeGreaterThanOrEqual(2);
    expect(64_000 - (saved.at(-1) ?? 0)).toBeLessThanOrEqual(32_000);
    line.say({ type: 'stop' });
    await line.closed;
  });
});
