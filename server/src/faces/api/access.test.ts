import { API_PREFIX, operations, permissions, type OperationId, type OperationSpec, type Permission } from '@scholium/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';
import type { Person } from '../../core/domain/person.ts';

/** Who may call what: the least that must be held. A route that is not here fails the test. */
const ALLOWED: Readonly<Record<'anyone' | Permission, readonly (OperationId | 'tus')[]>> = {
  anyone: ['getHealth', 'getLiveness', 'getReadiness', 'getOpenApi'],
  read: [
    'listCourses',
    'getCourse',
    'listLectures',
    'getLecture',
    'listSources',
    'listTrash',
    'getTranscript',
    'getCoverage',
    'getSourceText',
    'getSourceFile',
    'getAudio',
    'listTranscriptVersions',
    'listConflicts',
    'listSpeakers',
    'getUpload',
    'getLive',
    'listMarks',
    'listPresets',
    'search',
    'suggest',
    'ask',
    'listArtifacts',
    'getArtifact',
    'listArtifactVersions',
    'listThreads',
    'getThread',
    'exportLecture',
    'downloadExport',
    'listJobs',
    'getJob',
    'streamJobEvents',
    'listModels',
    'listEngines',
    'getProfile',
    'getUsage',
    'getStats',
    'getAccount',
    'listApiKeys',
    'listShares',
    'listShared',
  ],
  transcribe: [
    'tus',
    'createCourse',
    'createLecture',
    'ingestLecture',
    'addSource',
    'transcribe',
    'importTranscript',
    'diarize',
    'beginLive',
    'stopLive',
    'cancelJob',
  ],
  write: [
    'updateCourse',
    'deleteCourse',
    'restoreCourse',
    'updateLecture',
    'deleteLecture',
    'restoreLecture',
    'deleteSource',
    'restoreSource',
    'correctTranscript',
    'undoCorrection',
    'correctEverywhere',
    'nameSpeaker',
    'mergeSpeakers',
    'splitSpeaker',
    'createPreset',
    'updatePreset',
    'deletePreset',
    'generate',
    'editArtifact',
    'revertArtifact',
    'deleteArtifact',
    'restoreArtifact',
    'createThread',
    'renameThread',
    'deleteThread',
    'restoreThread',
    'askThread',
    'askStream',
    'updateProfile',
    'makeApiKey',
    'shareCourse',
    'endShare',
    'removeApiKey',
  ],
  admin: [
    'pullModel',
    'verifyModel',
    'removeModel',
    'listDeadLetters',
    'getDeadLetter',
    'replayDeadLetter',
    'replayAllDeadLetters',
    'dropDeadLetter',
    'dropAllDeadLetters',
    'getQueue',
    'applyRetention',
    'getSwitches',
    'updateSwitches',
    'getMetrics',
    'listRoutes',
    'describeDatabase',
    'listInvitations',
    'invite',
    'takeBackInvitation',
    'listAudit',
  ],
};

const member: Person = { id: 'ann', role: 'member', via: 'session', credentialId: 's1', permissions: ['write'] };
/** A key allows what it was made for, whoever holds it. */
const people: Readonly<Record<string, Person | null>> = {
  nobody: null,
  member,
  admin: { ...member, role: 'admin', permissions },
  'a member who got an admin key by mistake': { ...member, permissions },
  ...Object.fromEntries(permissions.map((one) => [`an admin's ${one} key`, { ...member, role: 'admin', permissions: [one] }])),
};

let api: ApiFixture;
beforeAll(async () => {
  api = await openApiFixture({
    accounts: {
      mode: 'accounts',
      respond: null,
      hasAdministrator: async () => true,
      findByEmail: async () => null,
      identify: async (header) => people[header('x-test-person') ?? 'nobody'] ?? null,
    },
  });
});
afterAll(() => api.close());

/** What a call may need, from nothing to an administrator's key. */
function expected(person: Person | null, needs: 'anyone' | Permission): 401 | 403 | 'in' {
  if (needs === 'anyone') return 'in';
  if (person === null) return 401;
  if (needs === 'admin' && person.role !== 'admin') return 403;
  const held = Math.max(...person.permissions.map((permission) => permissions.indexOf(permission)));
  return held >= permissions.indexOf(needs) ? 'in' : 403;
}

async function call(who: string, { method, path }: Pick<OperationSpec, 'method' | 'path'>): Promise<401 | 403 | 'in'> {
  const url = API_PREFIX + path.replace(/\{\w+\}/g, 'none');
  const reply = await api.app.inject({ method, url, headers: { 'x-test-person': who } });
  if (reply.statusCode === 401 || reply.statusCode === 403) return reply.statusCode;
  return 'in';
}

test('every operation stands in the table of allowed calls, once', () => {
  const listed = Object.values(ALLOWED).flat();
  expect(listed.filter((id) => id !== 'tus').sort()).toEqual(Object.keys(operations).sort());
});

for (const [needs, ids] of Object.entries(ALLOWED) as ['anyone' | Permission, (OperationId | 'tus')[]][]) {
  test.for(ids)(`%s may be called by who holds "${needs}", and nobody else`, async (id) => {
    const operation = id === 'tus' ? { method: 'POST' as const, path: '/uploads' } : operations[id];
    for (const [who, person] of Object.entries(people)) {
      expect(await call(who, operation), who).toBe(expected(person, needs));
    }
  });
}

test('a refused upload is answered before its body is read, and the conversation socket is closed to nobody', async () => {
  const reply = await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', payload: 'not a form' });
  expect(reply.json()).toMatchObject({ status: 401, code: 'sign_in_required' });
  expect((await api.app.inject({ method: 'GET', url: '/ws' })).statusCode).toBe(401);
});
