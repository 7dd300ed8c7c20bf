import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formBody, openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApiFixture();
});
afterEach(() => api.close());

const sound = { fileName: 'Week 3.m4a', bytes: Buffer.from('some sound') };

function ingest(parts: Parameters<typeof formBody>[0], headers: Record<string, string> = {}) {
  const form = formBody(parts);
  return api.app.inject({
    method: 'POST',
    url: '/api/lectures/ingest',
    payload: form.payload,
    headers: { ...form.headers, ...headers },
  });
}

test('an upload becomes a lecture in a course that is made for it', async () => {
  const reply = await ingest([
    ['course_id', 'biology'],
    ['lecture_id', 'lec-1'],
    ['preset_id', 'beginner'],
    ['title', 'Cells'],
    ['audio', sound],
  ]);
  expect(reply.statusCode).toBe(201);
  expect(reply.json()).toEqual({
    lectureId: 'lec-1',
    sourceId: expect.any(String),
    audioPath: expect.stringMatching(/^local:\/\//),
  });
  const lecture = (await api.app.inject('/api/lectures/lec-1')).json();
  expect(lecture).toMatchObject({ courseId: 'biology', presetId: 'beginner', title: 'Cells' });
  expect(lecture.sources).toMatchObject([
    { fileName: 'Week 3.m4a', mediaType: 'audio/mpeg', sizeBytes: 10, transcriptVersion: null },
  ]);
});

test('the file alone is enough, and fields may come after it', async () => {
  const alone = await ingest([['audio', sound]]);
  const { lectureId } = alone.json();
  expect((await api.app.inject(`/api/lectures/${lectureId}`)).json()).toMatchObject({
    courseId: 'default',
    presetId: 'exam',
    title: 'Week 3',
  });
  const after = await ingest([
    ['audio', sound],
    ['lecture_id', 'after'],
    ['title', ''],
  ]);
  expect(after.json()).toMatchObject({ lectureId: 'after' });
});

test('the same lecture with the same bytes changes nothing, with other bytes it is a conflict and nothing is lost', async () => {
  const first = await ingest([
    ['lecture_id', 'a'],
    ['audio', sound],
  ]);
  const again = await ingest([
    ['lecture_id', 'a'],
    ['audio', sound],
  ]);
  expect(again.statusCode).toBe(200);
  expect(again.json()).toEqual(first.json());
  const files = await api.filesOnDisk();
  const other = await ingest([
    ['lecture_id', 'a'],
    ['audio', { ...sound, bytes: Buffer.from('other') }],
  ]);
  expect(other.json()).toMatchObject({ status: 409, code: 'lecture_conflict' });
  expect(await api.filesOnDisk()).toEqual(files);
});

test('a second recording can be added to a lecture', async () => {
  await ingest([
    ['lecture_id', 'a'],
    ['audio', sound],
  ]);
  const form = formBody([
    ['file', { fileName: 'part 2.mp3', bytes: Buffer.from('more') }],
    ['title', 'Part 2'],
  ]);
  const added = await api.app.inject({ method: 'POST', url: '/api/lectures/a/sources', ...form });
  expect(added.statusCode).toBe(201);
  const { sources } = (await api.app.inject('/api/lectures/a/sources')).json();
  expect(sources.map((source: { title: string }) => source.title)).toEqual(['Week 3', 'Part 2']);
});

test.each([
  [
    'an id that is none',
    [
      ['lecture_id', '../x'],
      ['audio', sound],
    ],
    'invalid_request',
  ],
  [
    'an unknown preset',
    [
      ['preset_id', 'nope'],
      ['audio', sound],
    ],
    'preset_not_found',
  ],
  ['the file in another field', [['file', sound]], 'invalid_request'],
  [
    'two files',
    [
      ['audio', sound],
      ['audio', sound],
    ],
    'invalid_request',
  ],
  ['the file as text', [['audio', 'text']], 'invalid_request'],
  ['no file', [['title', 'x']], 'invalid_request'],
  [
    'a field twice',
    [
      ['audio', sound],
      ['title', 'x'],
      ['title', 'y'],
    ],
    'invalid_request',
  ],
  [
    'a field of 20 kB',
    [
      ['audio', sound],
      ['title', 'x'.repeat(20_000)],
    ],
    'invalid_request',
  ],
  [
    'a field named __proto__',
    [
      ['audio', sound],
      ['__proto__', 'x'],
    ],
    'invalid_request',
  ],
  ['an empty file', [['audio', { ...sound, bytes: Buffer.alloc(0) }]], 'media_empty'],
] as const)('a form with %s is refused and leaves no file', async (_name, parts, code) => {
  const reply = await ingest(parts);
  expect(reply.json()).toMatchObject({ code });
  expect(await api.filesOnDisk()).toEqual([]);
});

test('a form that breaks off is refused and leaves no file', async () => {
  const form = formBody([['audio', sound]]);
  const reply = await api.app.inject({
    method: 'POST',
    url: '/api/lectures/ingest',
    headers: form.headers,
    payload: form.payload.subarray(0, -30),
  });
  expect(reply.json()).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(await api.filesOnDisk()).toEqual([]);
});

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\x\\a.mp3', 'a.mp3'],
  ['a\u202Egpj.exe', 'agpj.exe'],
  ['-i.mp3', '-i.mp3'],
  ['...', 'recording'],
  [`${'ä'.repeat(300)}.mp3`, `${'ä'.repeat(196)}.mp3`],
])('the file name %s is kept for showing only', async (fileName, shown) => {
  const reply = await ingest([['audio', { ...sound, fileName }]]);
  const { sources } = (await api.app.inject(`/api/lectures/${reply.json().lectureId}/sources`)).json();
  expect(sources[0].fileName).toBe(shown);
  for (const name of await api.filesOnDisk()) expect(name).toMatch(/^src_/);
});

test('the same key gets the same reply without a second lecture; another form with it is refused', async () => {
  const key = { 'idempotency-key': 'upload-1' };
  const first = await ingest([['audio', sound]], key);
  const again = await ingest([['audio', sound]], key);
  expect(again.statusCode).toBe(201);
  expect(again.json()).toEqual(first.json());
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect((await api.app.inject('/api/lectures')).json().lectures).toHaveLength(1);
  const other = await ingest(
    [
      ['audio', sound],
      ['title', 'Other'],
    ],
    key,
  );
  expect(other.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect(await api.filesOnDisk()).toHaveLength(1);
});

test('an upload whose process died before it could keep its reply is answered half a minute later, with the lecture it made', async () => {
  let aheadMs = 0;
  const own = await openApiFixture({ clock: { ...systemClock, now: () => Date.now() + aheadMs } });
  try {
    vi.spyOn(own.store.replies, 'complete').mockRejectedValueOnce(new Error('killed'));
    const form = formBody([['audio', sound]]);
    const headers = { ...form.headers, 'idempotency-key': 'upload-2' };
    const send = () => own.app.inject({ method: 'POST', url: '/api/lectures/ingest', payload: form.payload, headers });
    expect((await send()).statusCode).toBe(500);
    expect((await send()).json()).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    aheadMs = 30_000;
    const reply = await send();
    expect(reply.statusCode).toBe(200);
    const { lectures } = (await own.app.inject('/api/lectures')).json();
    expect(lectures).toMatchObject([{ id: reply.json().lectureId }]);
  } finally {
    await own.close();
  }
});

test('a file over the limit is refused with 413 and leaves no file, whether or not its length is told', async () => {
  const form = formBody([['audio', { ...sound, bytes: Buffer.alloc(3_000_000) }]]);
  const told = await fetch(`${await api.listen()}/api/lectures/ingest`, {
    method: 'POST',
    headers: form.headers,
    body: form.payload,
  });
  expect(await told.json()).toMatchObject({ status: 413, code: 'body_too_large', detail: expect.stringContaining('1 MB') });
  const untold = await api.app.inject({
    method: 'POST',
    url: '/api/lectures/ingest',
    headers: { ...form.headers, 'transfer-encoding': 'chunked' },
    payload: form.payload,
  });
  expect(untold.statusCode).toBe(413);
  expect(await api.filesOnDisk()).toEqual([]);
});

test('a large refused upload over a real line still gets its answer, and the line serves the next request', async () => {
  const address = new URL(await api.listen());
  const form = formBody([['audio', { ...sound, bytes: Buffer.alloc(8_000_000) }]]);
  const reply = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = httpRequest(
      {
        port: address.port,
        host: address.hostname,
        path: '/api/lectures/ingest',
        method: 'POST',
        headers: { ...form.headers, 'transfer-encoding': 'chunked' },
      },
      (response) => {
        let body = '';
        response
          .on('data', (piece) => (body += String(piece)))
          .on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('error', reject);
    request.end(form.payload);
  });
  expect(reply.status).toBe(413);
  expect(JSON.parse(reply.body)).toMatchObject({ code: 'body_too_large' });
  expect((await fetch(`${address.origin}/health`)).status).toBe(200);
});

test('an upload whose client goes away leaves no file', async () => {
  const address = new URL(await api.listen());
  const form = formBody([['audio', { ...sound, bytes: Buffer.alloc(500_000) }]]);
  const socket = connect(Number(address.port), address.hostname);
  const head = `POST /api/lectures/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form.headers['content-type']}\r\nContent-Length: ${form.payload.length}\r\n\r\n`;
  socket.write(head);
  socket.write(form.payload.subarray(0, 300_000));
  await until(async () => (await api.filesOnDisk()).length === 1);
  socket.destroy();
  await until(async () => (await api.filesOnDisk()).length === 0);
  expect((await api.app.inject('/api/lectures')).json().lectures).toEqual([]);
});

/** Waits for something another process or stream does; fails with the test's own timeout. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}
