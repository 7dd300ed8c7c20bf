import { connect } from 'node:net';
import { createClient, type Client } from '@scholium/client';
import type { JobEventReply } from '@scholium/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import type { JobEvent } from '../../core/domain/job.ts';

let api: ApiFixture;
let client: Client;
beforeEach(async () => {
  api = await openApiFixture({
    settings: { version: '1', publicHosts: [], maxUploadBytes: 1_000, maxResumableBytes: 1_000_000, heartbeatMs: 50 },
  });
  client = createClient({ baseUrl: await api.listen() });
});
afterEach(() => api.close());

async function publish(jobId: string, type: JobEvent['type'], data: unknown): Promise<void> {
  await api.events.publish(api.scope, { jobId, at: 0, type, data });
}

/** Runs the queued job to its end, as a worker would. */
async function finish(jobId: string): Promise<void> {
  const now = Date.now();
  const job = await api.store.jobs.claim({ kinds: ['test'], workerId: 'w', now, leaseMs: 1_000, executedBy: 'worker' });
  expect(job?.id).toBe(jobId);
  await api.store.jobs.finish(
    { jobId, workerId: 'w', token: job?.lease?.token ?? 0 },
    { kind: 'done', result: { answer: 42 } },
    now,
  );
}

async function collect(events: AsyncIterable<JobEventReply>): Promise<JobEventReply[]> {
  const all: JobEventReply[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('a job is shown in the documented shape, with its transitions', async () => {
  const { id } = await api.addJob();
  await finish(id);
  const job = await client.call('getJob', { params: { jobId: id } });
  expect(Object.keys(job)).toEqual(
    expect.arrayContaining([
      'jobId',
      'kind',
      'lectureId',
      'status',
      'progress',
      'message',
      'attempts',
      'parentJobId',
      'executedBy',
      'transitions',
      'createdAt',
      'startedAt',
      'finishedAt',
      'result',
      'error',
    ]),
  );
  expect(job).toMatchObject({ status: 'succeeded', executedBy: 'worker', result: { answer: 42 }, error: null });
  expect(job.transitions.map(({ status }) => status)).toEqual(['queued', 'running', 'succeeded']);
});

test('jobs are listed newest first, filtered, page by page', async () => {
  const ids = [];
  for (let number = 0; number < 5; number += 1) ids.push((await api.addJob()).id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call('listJobs', { query: { limit: 2, kind: 'test', status: 'queued', cursor } });
    seen.push(...page.jobs.map((job) => job.jobId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen.sort()).toEqual(ids.sort());
  expect((await client.call('listJobs', { query: { status: 'failed' } })).jobs).toEqual([]);
});

test('a job is cancelled once; afterwards it has ended', async () => {
  const { id } = await api.addJob();
  expect(await client.call('cancelJob', { params: { jobId: id } })).toMatchObject({ status: 'cancelled' });
  await expect(client.call('cancelJob', { params: { jobId: id } })).rejects.toMatchObject({
    code: 'job_not_cancellable',
    status: 409,
  });
});

test('an unknown job is 404 everywhere', async () => {
  for (const call of ['getJob', 'cancelJob', 'streamJobEvents'] as const) {
    await expect(client.call(call, { params: { jobId: 'none' } })).rejects.toMatchObject({ code: 'job_not_found' });
  }
});

test('events that happened and events that happen arrive in order, and the stream ends with the job', async () => {
  const { id } = await api.addJob();
  await publish(id, 'progress', { progress: 0.1, message: 'One' });
  const events: JobEventReply[] = [];
  for await (const event of client.events(id)) {
    events.push(event);
    if (event.type === 'progress') await publish(id, 'partial', { segments: [{ startMs: 0, endMs: 5, text: 'hello\nthere' }] });
    if (event.type === 'partial') {
      await finish(id);
      await publish(id, 'status', { status: 'succeeded' });
    }
  }
  expect(events.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'status'],
    [2, 'progress'],
    [3, 'partial'],
    [4, 'status'],
  ]);
  expect(events[2]).toMatchObject({ data: { segments: [{ text: 'hello\nthere' }] } });
});

test('Last-Event-ID resumes after that event, and 204 says that nothing follows', async () => {
  const { id } = await api.addJob();
  for (let number = 1; number <= 250; number += 1) await publish(id, 'progress', { progress: number / 250, message: '' });
  await finish(id);
  await publish(id, 'status', { status: 'succeeded' });
  const resumed = await collect(client.events(id, { lastEventId: 200 }));
  expect(resumed.map(({ seq }) => seq)).toEqual(Array.from({ length: 52 }, (_, index) => 201 + index));
  const address = `${client.urlOf(`/jobs/${id}/events`)}`;
  expect((await fetch(address, { headers: { 'last-event-id': '252' } })).status).toBe(204);
  expect(await collect(client.events(id, { lastEventId: 252 }))).toEqual([]);
});

test('a job that ended without telling so still ends its stream with its status', async () => {
  const { id } = await api.addJob();
  await finish(id);
  const events = await collect(client.events(id));
  expect(events.at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded' } });
});

test('what another process wrote is found without being woken', async () => {
  const { id } = await api.addJob();
  const reading = collect(client.events(id));
  await finish(id);
  await api.store.jobEvents.append(api.scope, { jobId: id, at: 0, type: 'status', data: { status: 'succeeded' } });
  expect((await reading).at(-1)).toMatchObject({ seq: 2, data: { status: 'succeeded' } });
});

test('a client whose line is cut takes the stream up again and misses nothing', async () => {
  const { id } = await api.addJob();
  let lines = 0;
  const cutting: typeof fetch = async (input, init) => {
    lines += 1;
    const response = await fetch(input, init);
    return lines > 2 ? response : new Response(cut(response, 170), response);
  };
  const cautious = createClient({ baseUrl: client.urlOf(''), fetch: cutting });
  for (let number = 1; number <= 5; number += 1) await publish(id, 'progress', { progress: number / 5, message: '' });
  await finish(id);
  await publish(id, 'status', { status: 'succeeded' });
  const events = await collect(cautious.events(id, { reconnectMs: 1 }));
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(lines).toBe(3);
});

test('a silent stream sends comments, so that the line is known to be alive', async () => {
  const { id } = await api.addJob();
  const stop = new AbortController();
  const response = await fetch(client.urlOf(`/jobs/${id}/events`), { signal: stop.signal });
  let text = '';
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    if (text.includes(': still here\n\n')) break;
  }
  stop.abort();
  expect(text).toMatch(/^retry: 1000\n\nid: 1\nevent: status\n/);
});

test('HEAD of a stream answers at once without opening it', async () => {
  const { id } = await api.addJob();
  const reply = await api.app.inject({ method: 'HEAD', url: `/api/jobs/${id}/events` });
  expect(reply.statusCode).toBe(200);
});

test('a reader that does not read is not read ahead for, and holds nobody up', async () => {
  const { id } = await api.addJob();
  const pages = 40;
  const message = 'x'.repeat(10_000);
  for (let number = 0; number < pages * 100; number += 1) await publish(id, 'progress', { progress: 0, message });
  let pagesRead = 0;
  const begun = Promise.withResolvers<void>();
  const { after } = api.events;
  api.events.after = (...input) => {
    pagesRead += 1;
    begun.resolve();
    return after(...input);
  };
  const address = new URL(client.urlOf('/'));
  const socket = connect(Number(address.port), address.hostname);
  socket.pause();
  socket.write(`GET /api/jobs/${id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await begun.promise;
  for (let number = 0; number < 50; number += 1) expect((await fetch(client.urlOf('/health'))).status).toBe(200);
  // 40 MB wait in the store; the buffers of the line take a few.
  expect(pagesRead).toBeLessThan(pages / 2);
  socket.destroy();
});

test('closing the server ends open streams instead of waiting for them', async () => {
  const { id } = await api.addJob();
  const response = await fetch(client.urlOf(`/jobs/${id}/events`));
  const [text] = await Promise.all([response.text(), api.app.close()]);
  expect(text).toContain('event: status');
});

test('the same key sends the same reply, a key in use is 409, a key of another request 422, and a failure is not kept', async () => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k1' };
  const post = (payload: string, key = 'k1') =>
    api.app.inject({ method: 'POST', url: '/api/courses', headers: { ...headers, 'idempotency-key': key }, payload });
  const first = await post('{"title":"A","id":"a"}');
  const again = await post('{"id":"a","title":"A"}');
  expect([again.statusCode, again.body]).toEqual([201, first.body]);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect((await post('{"title":"B","id":"b"}')).json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });

  expect((await post('{"title":"A","id":"a"}', 'k2')).json()).toMatchObject({ code: 'course_conflict' });
  expect((await post('{"title":"A","id":"c"}', 'k2')).statusCode).toBe(201);

  const both = await Promise.all([post('{"title":"D","id":"d"}', 'k3'), post('{"title":"D","id":"d"}', 'k3')]);
  const statuses = both.map((reply) => reply.statusCode).sort();
  expect([
    [201, 201],
    [201, 409],
  ]).toContainEqual(statuses);
  expect((await client.call('listCourses')).courses.filter((course) => course.id === 'd')).toHaveLength(1);
});

/** The first bytes of a reply, then a broken line. */
function cut(response: Response, bytes: number): ReadableStream<Uint8Array> {
  let sent = 0;
  const pieces = response.body?.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = sent < bytes ? await pieces?.read() : undefined;
        if (!piece?.value) {
          await pieces?.cancel();
          return controller.error(new Error('the line was cut'));
        }
        controller.enqueue(piece.value.subarray(0, bytes - sent));
        sent += piece.value.length;
      },
    },
    { highWaterMark: 0 },
  );
}
