import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formBody, openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aDocument, aLecture, aSource } from '../../../testkit/builders.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApiFixture();
  await api.store.courses.insert(api.scope, aCourse());
  await api.store.lectures.insert(api.scope, aLecture());
});
afterEach(() => api.close());

const url = '/api/lectures/lecture-1/sources';

function post(fileName: string, text: string) {
  const form = formBody([['file', { fileName, bytes: Buffer.from(text) }]]);
  return api.app.inject({ method: 'POST', url, ...form });
}

describe('POST /lectures/{id}/sources', () => {
  it('takes a document and starts the job that reads it; the same again changes nothing', async () => {
    const first = await post('notes.md', '# Tides');
    expect(first.statusCode).toBe(201);
    const { sourceId, jobId } = first.json();
    const job = await api.store.jobs.find(api.scope, jobId);
    expect(job).toMatchObject({ kind: 'read', sourceId, status: 'queued' });
    const second = await post('notes.md', '# Tides');
    expect([second.statusCode, second.json().sourceId, second.json().jobId]).toEqual([200, sourceId, jobId]);
  });

  it('takes a recording, which no job reads', async () => {
    const reply = await post('talk.mp3', 'sound');
    expect([reply.statusCode, reply.json().jobId]).toEqual([201, null]);
  });

  it('takes the address of a web page as JSON', async () => {
    const reply = await api.app.inject({ method: 'POST', url, payload: { url: 'https://site.example/tides' } });
    expect(reply.statusCode).toBe(201);
    const { sources } = (await api.app.inject({ url })).json();
    expect(sources).toMatchObject([{ kind: 'document', url: 'https://site.example/tides', textVersion: null, sizeBytes: 0 }]);
    const file = await api.app.inject({ url: `${url}/${reply.json().sourceId}/file` });
    expect([file.statusCode, file.json().code]).toEqual([404, 'source_not_found']);
  });

  it('does the same address once for an Idempotency-Key', async () => {
    const send = () =>
      api.app.inject({ method: 'POST', url, payload: { url: 'https://site.example/a' }, headers: { 'idempotency-key': 'k1' } });
    const [first, second] = [await send(), await send()];
    expect(second.json()).toEqual(first.json());
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('says what is wrong with a body that is neither', async () => {
    const bad = [
      await api.app.inject({ method: 'POST', url, payload: { url: 'file:///etc/passwd' } }),
      await api.app.inject({ method: 'POST', url, payload: { address: 'x' } }),
      await api.app.inject({ method: 'POST', url }),
      await api.app.inject({ method: 'POST', url: '/api/lectures/none/sources', payload: { url: 'https://site.example/' } }),
    ];
    expect(bad.map((reply) => [reply.statusCode, reply.json().code])).toEqual([
      [422, 'url_invalid'],
      [400, 'invalid_request'],
      [415, 'unsupported_media_type'],
      [404, 'lecture_not_found'],
    ]);
  });
});

describe('POST /lectures', () => {
  it('makes a lecture without a recording, in a course that is made when it is not there', async () => {
    const make = (payload: object) => api.app.inject({ method: 'POST', url: '/api/lectures', payload });
    const made = await make({ id: 'reading', title: 'Reading list', courseId: 'books' });
    expect([made.statusCode, made.json().courseId, made.json().presetId]).toEqual([201, 'books', 'exam']);
    expect((await make({ id: 'reading', title: 'Again' })).json().code).toBe('lecture_conflict');
    expect((await make({ title: 'x', presetId: 'none' })).json().code).toBe('preset_not_found');
    expect((await make({ title: ' ' })).statusCode).toBe(400);
    expect((await make({ title: 'Without an id' })).json().id).toMatch(/^lec_/);
  });
});

describe('GET /lectures/{id}/sources/{id}/text', () => {
  it('gives the newest version, or the one that is named', async () => {
    await api.store.sources.insert(api.scope, aSource({ kind: 'document' }));
    await api.store.documents.add(api.scope, aDocument());
    await api.store.documents.add(api.scope, aDocument({ title: 'Second' }));
    const newest = await api.app.inject({ url: `${url}/src_1/text` });
    expect(newest.json()).toMatchObject({ version: 2, title: 'Second', pages: [{ number: 1, headings: [{ level: 1 }] }] });
    expect(newest.json()).not.toHaveProperty('ownerId');
    expect((await api.app.inject({ url: `${url}/src_1/text?version=1` })).json()).toMatchObject({ version: 1, title: 'Memory' });
    expect((await api.app.inject({ url: `${url}/src_1/text?version=9` })).json().code).toBe('transcript_not_found');
    expect((await api.app.inject({ url: `${url}/src_9/text` })).json().code).toBe('source_not_found');
  });
});

describe('GET /lectures/{id}/sources/{id}/file', () => {
  it('offers what could run in a browser for download only, and says that types are not to be guessed', async () => {
    const { sourceId } = (await post('notes.md', '# <script>alert(1)</script>')).json();
    const reply = await api.app.inject({ url: `${url}/${sourceId}/file` });
    expect(reply.headers['content-disposition']).toMatch(/^attachment;/);
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.body).toBe('# <script>alert(1)</script>');
    const part = await api.app.inject({ url: `${url}/${sourceId}/file`, headers: { range: 'bytes=2-9' } });
    expect([part.statusCode, part.body]).toEqual([206, '<script>']);
  });
});
