import { createClient, type Client } from '@scholium/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { refuseMismatch } from './bind-operations.ts';

let api: ApiFixture;
let client: Client;
let sourceId: string;
beforeEach(async () => {
  api = await openApiFixture();
  client = createClient({ baseUrl: await api.listen() });
  const upload = { file: new Blob(['sound']), fileName: 'a.mp3', fields: { lecture_id: 'a', course_id: 'biology' } };
  ({ sourceId } = await client.call('ingestLecture', upload));
});
afterEach(() => api.close());

const a = { params: { lectureId: 'a' } };

test('a course is created, renamed, deleted with its lectures, listed in the trash and restored', async () => {
  const course = await client.call('createCourse', { body: { title: 'Physics' } });
  expect(course.id).toMatch(/^crs_/);
  await expect(client.call('createCourse', { body: { id: 'biology', title: 'x' } })).rejects.toMatchObject({
    code: 'course_conflict',
  });
  const biology = { params: { courseId: 'biology' } };
  expect(await client.call('updateCourse', { ...biology, body: { title: 'Biology I' } })).toMatchObject({ title: 'Biology I' });
  const trashed = await client.call('deleteCourse', biology);
  expect(Date.parse(trashed.restorableUntil) - Date.parse(trashed.deletedAt)).toBe(7 * 86_400_000);
  await expect(client.call('getLecture', a)).rejects.toMatchObject({ code: 'lecture_not_found' });
  expect((await client.call('listTrash')).items).toMatchObject([{ type: 'course', id: 'biology', title: 'Biology I' }]);
  await client.call('restoreCourse', biology);
  expect(await client.call('getLecture', a)).toMatchObject({ courseId: 'biology', deletedAt: null });
  expect((await client.call('listTrash')).items).toEqual([]);
});

test('a lecture is renamed, moved and given another preset; what does not exist is refused with what does', async () => {
  await client.call('createCourse', { body: { id: 'physics', title: 'Physics' } });
  const body = { title: 'Tides', courseId: 'physics', presetId: 'research' };
  expect(await client.call('updateLecture', { ...a, body })).toMatchObject(body);
  expect((await client.call('listLectures', { query: { courseId: 'physics' } })).lectures).toHaveLength(1);
  expect((await client.call('listLectures', { query: { courseId: 'biology' } })).lectures).toEqual([]);
  await expect(client.call('updateLecture', { ...a, body: { presetId: 'nope' } })).rejects.toMatchObject({
    code: 'preset_not_found',
    detail: expect.stringContaining('exam'),
  });
  await expect(client.call('updateLecture', { ...a, body: { courseId: 'nope' } })).rejects.toMatchObject({
    code: 'course_not_found',
    detail: expect.stringContaining('physics'),
  });
  await expect(client.call('updateLecture', { ...a, body: {} })).rejects.toMatchObject({ code: 'invalid_request' });
});

test('a lecture and a source go to the trash and come back', async () => {
  await client.call('deleteLecture', a);
  await expect(client.call('getLecture', a)).rejects.toMatchObject({ detail: expect.stringContaining('/restore') });
  await client.call('restoreLecture', a);
  const source = { params: { lectureId: 'a', sourceId } };
  await client.call('deleteSource', source);
  expect((await client.call('listSources', a)).sources).toEqual([]);
  expect(await client.call('restoreSource', source)).toMatchObject({ id: sourceId, transcriptVersion: null });
});

test('the coverage of a transcript is of what an engine heard, below the corrections', async () => {
  const heard = { ...spokenTranscript(['One two three.']), lectureId: 'a', sourceId };
  await api.store.transcripts.add(api.scope, heard, {
    speech: [{ startMs: 0, endMs: 9_000 }],
    seams: [],
    removed: [],
    repaired: [],
  });
  await api.store.transcripts.add(api.scope, { ...heard, origin: 'corrected', baseVersion: 1 });
  expect(await client.call('getCoverage', a)).toMatchObject({ sourceId, version: 1, words: 3, speechMs: 9_000 });
  await api.store.transcripts.add(api.scope, { ...heard, origin: 'import' });
  await expect(client.call('getCoverage', a)).rejects.toMatchObject({ code: 'coverage_unknown' });
});

test('the transcript is the newest of the first source that has one, without what is ours alone', async () => {
  await expect(client.call('getTranscript', a)).rejects.toMatchObject({
    code: 'transcript_not_found',
    detail: expect.stringContaining('POST /api/lectures/a/transcribe'),
  });
  await client.call('addSource', { ...a, file: new Blob(['more']), fileName: 'b.mp3' });
  const second = (await client.call('listSources', a)).sources[1]?.id ?? '';
  for (const sentence of ['First try.', 'Second try.']) {
    await api.store.transcripts.add(api.scope, { ...spokenTranscript([sentence]), lectureId: 'a', sourceId: second });
  }
  const newest = await client.call('getTranscript', a);
  expect(newest).toMatchObject({ sourceId: second, version: 2, segments: [{ text: 'Second try.', words: [{}, {}] }] });
  expect((await api.app.inject('/api/lectures/a/transcript')).json()).not.toHaveProperty('ownerId');
  expect(await client.call('getTranscript', { ...a, query: { version: 1 } })).toMatchObject({
    segments: [{ text: 'First try.' }],
  });
  await expect(client.call('getTranscript', { ...a, query: { version: 9 } })).rejects.toMatchObject({
    detail: expect.stringContaining('version 2'),
  });
  await expect(client.call('getTranscript', { ...a, query: { source: sourceId } })).rejects.toMatchObject({
    code: 'transcript_not_found',
  });
  await expect(client.call('getTranscript', { ...a, query: { source: 'src_x' } })).rejects.toMatchObject({
    code: 'source_not_found',
  });
  expect((await client.call('getLecture', a)).sources.map((source) => source.transcriptVersion)).toEqual([null, 2]);
});

test('long work is accepted with 202 and a job id, with and without a body', async () => {
  const base = '/api/lectures/a';
  const json = { 'content-type': 'application/json' };
  for (const request of [
    { url: `${base}/transcribe?model=base` },
    { url: `${base}/generate` },
    { url: `${base}/generate`, payload: '{"course_id":"biology","preset_id":"exam"}', headers: json },
    { url: `${base}/export`, payload: '', headers: json },
    { url: `${base}/export`, payload: '{"types":["md"]}', headers: json },
  ]) {
    const reply = await api.app.inject({ method: 'POST', ...request });
    expect(reply.statusCode).toBe(202);
    expect(await client.call('getJob', { params: reply.json() })).toMatchObject({ status: 'queued', lectureId: 'a' });
  }
});

test('an export that has not been made says how to make it', async () => {
  const reply = await api.app.inject('/api/exports/a/PDF');
  expect(reply.json()).toMatchObject({
    status: 404,
    code: 'export_not_found',
    detail: expect.stringContaining('POST /api/lectures/a/export'),
  });
});

test('presets say which artifacts they make', async () => {
  const { presets } = await client.call('listPresets');
  expect(presets.map((preset) => preset.id)).toContain('exam');
  expect(presets[0]?.artifacts).toContain('flashcards');
});

test('search and ask get what was asked and answer in the documented shape', async () => {
  const asked: unknown[] = [];
  const other = await openApiFixture({
    search: async (input) => {
      asked.push(input);
      return {
        results: [
          {
            lectureId: 'a',
            sourceId: 's',
            kind: 'recording',
            text: 't',
            startMs: 0,
            endMs: 1,
            page: null,
            score: 2,
            highlights: [{ start: 0, end: 1 }],
            snippet: { start: 0, end: 1 },
            alsoAt: [],
          },
        ],
        degraded: true,
      };
    },
    ask: async (input) => {
      asked.push(input);
      return { answer: 'Because.', supported: false, citations: [] };
    },
  });
  const found = await other.app.inject(
    '/api/search?q=why%20%26%20how&limit=3&courseId=c&lectureId=a&lectureIds=a,b&kind=document&fromMs=5&toMs=9',
  );
  expect(found.json()).toMatchObject({ degraded: true, results: [{ text: 't', page: null, score: 2 }] });
  const answered = await other.app.inject({ method: 'POST', url: '/api/lectures/a/ask', payload: { question: ' why? ' } });
  expect(answered.json()).toEqual({ answer: 'Because.', supported: false, citations: [] });
  expect(asked).toEqual([
    {
      scope: other.scope,
      query: 'why & how',
      limit: 3,
      courseId: 'c',
      lectureIds: ['a', 'b'],
      kind: 'document',
      fromMs: 5,
      toMs: 9,
    },
    { scope: other.scope, lectureId: 'a', question: 'why?' },
  ]);
  for (const url of ['/api/search', '/api/search?q=', '/api/search?q=x&lecture=a', `/api/search?q=${'x'.repeat(1_001)}`]) {
    expect((await other.app.inject(url)).statusCode).toBe(400);
  }
  await other.close();
});

test('an operation without a handler, or a handler without an operation, stops the start', () => {
  expect(() => refuseMismatch(['a', 'b'], ['a'])).toThrow('No handler for the operations b');
  expect(() => refuseMismatch(['a'], ['a', 'c'])).toThrow('No operation for the handlers c');
});

test('suggestions get what is being typed, as it is typed', async () => {
  const asked: unknown[] = [];
  const other = await openApiFixture({
    suggest: async (input) => {
      asked.push(input);
      return { suggestions: [{ text: 'black hole', kind: 'term', lectureId: 'a', courseId: 'c' }] };
    },
  });
  const reply = await other.app.inject('/api/search/suggest?q=black%20&limit=3&courseId=c');
  expect(reply.json()).toEqual({ suggestions: [{ text: 'black hole', kind: 'term', lectureId: 'a', courseId: 'c' }] });
  expect(asked).toEqual([{ scope: other.scope, query: 'black ', limit: 3, courseId: 'c' }]);
  for (const query of ['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&limit=21', 'q=a&courseId=../x']) {
    expect((await other.app.inject(`/api/search/suggest?${query}`)).statusCode, query).toBe(400);
  }
  await other.close();
});
