import { API_PREFIX, operations, type OperationId, type OperationSpec } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { aCourse, aJob, aLecture } from '../../../testkit/builders.ts';
import type { Person } from '../../core/domain/person.ts';
import { ownerScope } from '../../core/domain/scope.ts';

const member = (id: string): Person => ({ id, role: 'member', via: 'session', credentialId: null, permissions: ['write'] });
const people: Readonly<Record<string, Person>> = { ann: member('ann'), bob: member('bob'), carol: member('carol') };
const ann = ownerScope('ann');

let api: ApiFixture;
let jobId: string;
beforeEach(async () => {
  api = await openApiFixture({
    accounts: {
      mode: 'accounts',
      respond: null,
      identify: async (header) => people[header('x-test-person') ?? ''] ?? null,
      hasAdministrator: async () => true,
      findByEmail: async (email) => people[email.split('@')[0] ?? ''] ?? null,
    },
  });
  await api.store.courses.insert(ann, aCourse({ id: 'physics', ownerId: 'ann' }));
  await api.store.lectures.insert(ann, aLecture({ id: 'tides', courseId: 'physics', ownerId: 'ann' }));
  await api.store.courses.insert(ann, aCourse({ id: 'private', ownerId: 'ann', title: 'Nobody may know' }));
  await api.store.lectures.insert(ann, aLecture({ id: 'diary', courseId: 'private', ownerId: 'ann', title: 'Nobody may know' }));
  jobId = (await api.store.jobs.insert(ann, aJob({ lectureId: 'tides' }))).id;
});
afterEach(() => api.close());

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function call(
  who: string | null,
  method: OperationSpec['method'],
  path: string,
  body?: object,
  link?: string,
): Promise<Reply> {
  const headers = { ...(who !== null && { 'x-test-person': who }), ...(link !== undefined && { 'x-share-token': link }) };
  const reply = await api.app.inject({ method, url: API_PREFIX + path, headers, ...(body && { payload: body }) });
  const isJson = String(reply.headers['content-type']).includes('json');
  return { status: reply.statusCode, body: isJson ? reply.json<Record<string, unknown>>() : {} };
}

async function share(input: object): Promise<{ share: { id: string }; token: string | null }> {
  const { status, body } = await call('ann', 'POST', '/courses/physics/shares', input);
  expect([status, body]).toEqual([201, expect.anything()]);
  return body as unknown as { share: { id: string }; token: string | null }; // the reply's own schema
}

describe('a shared course', () => {
  it('is seen by who it is shared with and by nobody else, until it is ended', async () => {
    const { share: made } = await share({ email: 'bob@example.org' });
    expect((await call('bob', 'GET', '/shared')).body).toMatchObject({
      courses: [{ course: { id: 'physics' }, ownerId: 'ann', right: 'viewer' }],
    });
    for (const path of ['/courses/physics', '/lectures/tides', '/lectures?courseId=physics', `/jobs/${jobId}`]) {
      expect((await call('bob', 'GET', path)).status, path).toBe(200);
      expect((await call('carol', 'GET', path)).status, path).toBe(404);
      expect((await call(null, 'GET', path)).status, path).toBe(401);
    }
    expect((await call('ann', 'DELETE', `/courses/physics/shares/${made.id}`)).status).toBe(200);
    expect((await call('bob', 'GET', '/lectures/tides')).status).toBe(404);
    const { items } = await api.store.audit.list({}, { cursor: null, limit: 10 });
    expect(items.map(({ action, personId }) => [action, personId])).toEqual(
      expect.arrayContaining([
        ['share.made', 'ann'],
        ['share.ended', 'ann'],
      ]),
    );
  });

  it('shows nothing else of its owner, not even that there is more', async () => {
    await share({ email: 'bob@example.org', right: 'editor' });
    for (const path of ['/courses/private', '/lectures/diary', '/lectures?courseId=private', '/lectures/diary/artifacts']) {
      const { status, body } = await call('bob', 'GET', path);
      expect(status, path).toBe(404);
      expect(JSON.stringify(body)).not.toContain('Nobody may know');
    }
    expect((await call('bob', 'GET', '/lectures')).body).toEqual({ lectures: [], nextCursor: null });
  });

  it('may be read by a viewer, changed by an editor, and moved, removed and shared on by its owner only', async () => {
    await share({ email: 'bob@example.org', right: 'viewer' });
    await share({ email: 'carol@example.org', right: 'editor' });
    const note = '/lectures/tides/generate';
    expect([(await call('bob', 'POST', note, {})).status, (await call('carol', 'POST', note, {})).status]).toEqual([403, 202]);
    for (const who of ['bob', 'carol']) {
      expect((await call(who, 'PATCH', '/lectures/tides', { courseId: 'private' })).status).toBe(404);
      expect((await call(who, 'DELETE', '/lectures/tides')).status).toBe(404);
      expect((await call(who, 'DELETE', '/courses/physics')).status).toBe(404);
      expect((await call(who, 'GET', '/courses/physics/shares')).status).toBe(404);
      expect((await call(who, 'POST', '/courses/physics/shares', { email: 'bob@example.org' })).status).toBe(404);
    }
  });

  it('is another than the one of the same id that is one’s own', async () => {
    await share({ email: 'bob@example.org' });
    const bob = ownerScope('bob');
    await api.store.courses.insert(bob, aCourse({ id: 'physics', ownerId: 'bob', title: 'My own' }));
    expect((await call('bob', 'GET', '/courses/physics')).body).toMatchObject({ title: 'My own' });
    await api.store.courses.setDeletedAt(bob, 'physics', Date.now());
    expect((await call('bob', 'GET', '/courses/physics')).status).toBe(404);
  });

  it('is read by whoever has its link, signed in or not, and changed by none of them', async () => {
    const { token } = await share({});
    expect(token).toMatch(/^[\w-]{43}$/);
    for (const who of [null, 'carol']) {
      expect((await call(who, 'GET', '/lectures/tides', undefined, token ?? '')).status).toBe(200);
      expect((await call(who, 'GET', `/lectures/tides?share=${token}`)).status).toBe(200);
      expect((await call(who, 'POST', '/lectures/tides/generate', {}, token ?? '')).status).toBe(403);
      expect((await call(who, 'GET', '/lectures/diary', undefined, token ?? '')).status).toBe(who === null ? 401 : 404);
    }
    expect((await call(null, 'GET', '/lectures', undefined, token ?? '')).status).toBe(401);
    expect((await call(null, 'GET', '/lectures/tides', undefined, 'made-up')).status).toBe(401);
  });

  it('is refused to oneself, to who has not signed up, and as a link that lets people edit', async () => {
    for (const [input, code] of [
      [{ email: 'ann@example.org' }, 'share_invalid'],
      [{ email: 'dave@example.org' }, 'person_not_found'],
      [{ right: 'editor' }, 'share_invalid'],
      [{ email: 'no address' }, 'invalid_request'],
    ] as const) {
      expect((await call('ann', 'POST', '/courses/physics/shares', input)).body).toMatchObject({ code });
    }
    expect((await call('ann', 'POST', '/courses/none/shares', {})).body).toMatchObject({ code: 'course_not_found' });
  });
});

/** What else than their own a viewer and an editor may call: the table of the rule, operation by operation. */
const VIEWER: readonly OperationId[] = [
  'getCourse',
  'listLectures',
  'getLecture',
  'listSources',
  'getTranscript',
  'getCoverage',
  'getSourceText',
  'getSourceFile',
  'getAudio',
  'listTranscriptVersions',
  'listConflicts',
  'listSpeakers',
  'ask',
  'listMarks',
  'listArtifacts',
  'getArtifact',
  'listArtifactVersions',
  'exportLecture',
  'downloadExport',
  'getJob',
  'streamJobEvents',
];
const EDITOR: readonly OperationId[] = [
  'correctTranscript',
  'undoCorrection',
  'nameSpeaker',
  'mergeSpeakers',
  'splitSpeaker',
  'generate',
  'editArtifact',
  'revertArtifact',
  'deleteArtifact',
  'restoreArtifact',
];

test('no operation is open to viewers and editors but those of the table', () => {
  const open = (right: string) =>
    Object.values<OperationSpec>(operations).flatMap(({ operationId, access }) => (access.shared === right ? [operationId] : []));
  expect(open('viewer').sort()).toEqual(VIEWER.toSorted());
  expect(open('editor').sort()).toEqual(EDITOR.toSorted());
});
