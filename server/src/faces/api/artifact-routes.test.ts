import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aLecture, anArtifact, aSource } from '../../../testkit/builders.ts';

const PATH = '/api/lectures/lecture-1/artifacts';
const own = { text: 'Memory fades.', cites: [0] };
const mine = { text: 'Mine.', cites: [] };

let api: ApiFixture;
const fallback = { engine: 'openai', model: 'gpt', code: 'model_unreachable', detail: 'It does not answer.' };

beforeEach(async () => {
  api = await openApiFixture();
  const { store, scope } = api;
  const { ownerId } = scope;
  await store.courses.insert(scope, aCourse({ ownerId }));
  await store.lectures.insert(scope, aLecture({ ownerId }));
  await store.sources.insert(scope, aSource({ ownerId }));
  await store.transcripts.add(scope, {
    ...spokenTranscript(['Memory fades.']),
    ownerId,
    lectureId: 'lecture-1',
    sourceId: 'src_1',
  });
  const citations = anArtifact().citations.map((citation) => ({ ...citation, startMs: 0, endMs: 800 }));
  const usage = { calls: 2, inputTokens: 100, outputTokens: 10, costUsd: null };
  const texts = [{ sourceId: 'src_1', kind: 'recording' as const, version: 1 }];
  await store.artifacts.insert(scope, anArtifact({ ownerId, citations, usage, texts, fallback, unsupported: ['A guess.'] }));
});
afterEach(() => api.close());

async function send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) {
  const reply = await api.app.inject({ method, url: PATH + path, ...(payload && { payload }) });
  return { status: reply.statusCode, body: reply.json() };
}

const edit = (baseVersion: number, passages: object[]) => send('PATCH', '/art_1', { baseVersion, content: { passages } });

describe('artifacts', () => {
  it('say what made them, from which text, what it cost and what was left out', async () => {
    const { status, body } = await send('GET', '/art_1');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      engine: 'extractive',
      presetVersion: 1,
      texts: [{ sourceId: 'src_1', kind: 'recording', version: 1 }],
      usage: { calls: 2, inputTokens: 100, outputTokens: 10, costUsd: null },
      fallback,
      unsupported: ['A guess.'],
      version: 0,
      edit: null,
    });
    expect((await send('GET', '')).body.artifacts).toEqual([body]);
  });

  it('are edited, read at any version and taken back', async () => {
    const edited = await edit(0, [own, mine]);
    expect([edited.status, edited.body.version, edited.body.content.passages[1]]).toEqual([200, 1, { ...mine, by: 'person' }]);
    expect((await send('GET', '')).body.artifacts[0]).toEqual(edited.body);
    expect((await send('GET', '/art_1?version=0')).body.content.passages).toEqual([own]);
    expect((await send('GET', '/art_1?version=7')).body.code).toBe('artifact_not_found');
    const back = await send('POST', '/art_1/revert', { baseVersion: 1, version: 0 });
    expect([back.status, back.body.version, back.body.content.passages]).toEqual([200, 2, [own]]);
    const { versions } = (await send('GET', '/art_1/versions')).body;
    expect(versions).toMatchObject([
      { version: 0, author: null, origin: null },
      { version: 1, author: api.scope.ownerId, origin: { type: 'edited' } },
      { version: 2, author: api.scope.ownerId, origin: { type: 'reverted', version: 0 } },
    ]);
  });

  it('that somebody else edited are a conflict with what is there', async () => {
    await edit(0, [mine]);
    const late = await edit(0, [own]);
    expect([late.status, late.body.code]).toEqual([409, 'artifact_conflict']);
    expect(late.body.current).toMatchObject({ version: 1, content: { passages: [{ ...mine, by: 'person' }] } });
  });

  it('refuse what is no content of their kind, and citations that do not hold', async () => {
    const shape = await edit(0, [{ text: 3, cites: [] }]);
    expect([shape.status, shape.body.code]).toEqual([400, 'invalid_request']);
    expect(shape.body.detail).toContain('content.passages.0.text');
    expect((await send('PATCH', '/art_1', { content: {} })).body.code).toBe('invalid_request');
    const [citation] = (await send('GET', '/art_1')).body.citations;
    const citations = [{ ...citation, quote: 'Memory lasts.' }];
    const lie = await send('PATCH', '/art_1', { baseVersion: 0, content: { passages: [own] }, citations });
    expect([lie.status, lie.body.code]).toEqual([422, 'citation_false']);
    expect(lie.body.detail).toContain('other words stand there');
  });

  it('go into the trash, are listed there, and come back', async () => {
    const deleted = await send('DELETE', '/art_1');
    expect([deleted.status, deleted.body.id]).toEqual([200, 'art_1']);
    expect((await send('GET', '')).body.artifacts).toEqual([]);
    const { items } = (await api.app.inject({ url: '/api/trash' })).json();
    expect(items).toMatchObject([{ type: 'artifact', id: 'art_1', lectureId: 'lecture-1' }]);
    expect((await send('POST', '/art_1/restore')).status).toBe(200);
    expect((await send('GET', '')).body.artifacts).toHaveLength(1);
    expect((await send('DELETE', '/none')).body.code).toBe('artifact_not_found');
  });

  it('list those before them when they are asked to', async () => {
    const { store, scope } = api;
    await store.artifacts.insert(scope, anArtifact({ id: 'art_2', ownerId: scope.ownerId, createdAt: 9_000 }));
    const ids = (body: { artifacts: { id: string }[] }) => body.artifacts.map(({ id }) => id);
    expect(ids((await send('GET', '')).body)).toEqual(['art_2']);
    expect(ids((await send('GET', '?history=true')).body)).toEqual(['art_2', 'art_1']);
  });
});
