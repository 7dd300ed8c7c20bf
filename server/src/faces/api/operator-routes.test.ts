import { ownerScope, SYSTEM_OWNER } from '../../core/domain/scope.ts';
import { createClient, type Client } from '@scholium/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';

const DAY_MS = 86_400_000;
const failure = {
  error: { code: 'engine_failed', detail: 'The engine stopped.' },
  cause: 'Error: stopped\n    at engine.ts:1',
} as const;

let api: ApiFixture;
let client: Client;
beforeEach(async () => {
  api = await openApiFixture();
  client = createClient({ baseUrl: await api.listen() });
});
afterEach(() => api.close());

async function addRunning(): Promise<string> {
  const { id } = await api.addJob();
  const now = Date.now();
  await api.store.jobs.claim({ kinds: ['test'], workerId: 'w1', now, leaseMs: 60_000, executedBy: 'worker' });
  return id;
}

async function addDead(): Promise<string> {
  const jobId = await addRunning();
  await api.store.jobs.finish({ jobId, workerId: 'w1', token: 1 }, { kind: 'failed', ...failure }, Date.now());
  return jobId;
}

test('dead letters are listed a page at a time, without their stack, which is shown one by one', async () => {
  const ids = [await addDead(), await addDead(), await addDead()];
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.call('listDeadLetters', { query: { limit: 2, cursor } });
    seen.push(...page.deadLetters.map(({ jobId }) => jobId));
    expect(JSON.stringify(page)).not.toContain('engine.ts');
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(seen.sort()).toEqual(ids.sort());
  const shown = await client.call('getDeadLetter', { params: { jobId: ids[0] ?? '' } });
  expect(shown).toMatchObject({ status: 'failed', error: failure.error, cause: failure.cause, attempts: 1, ownerId: 'local' });
  expect(JSON.stringify(await client.call('getJob', { params: { jobId: ids[0] ?? '' } }))).not.toContain('engine.ts');
});

test('a replayed dead letter waits again, tells who follows it, and is none any more', async () => {
  const jobId = await addDead();
  expect(await client.call('replayDeadLetter', { params: { jobId } })).toEqual({ jobId });
  expect(await client.call('getJob', { params: { jobId } })).toMatchObject({ status: 'queued', attempts: 0, error: null });
  expect((await api.events.after(api.scope, jobId, 0, 10)).at(-1)).toMatchObject({ type: 'status', data: { status: 'queued' } });
  for (const operation of ['getDeadLetter', 'replayDeadLetter', 'dropDeadLetter'] as const) {
    await expect(client.call(operation, { params: { jobId } })).rejects.toMatchObject({ code: 'job_not_found' });
  }
  await expect(client.call('getDeadLetter', { params: { jobId } })).rejects.toMatchObject({
    detail: /is no dead letter: it is queued/,
  });
});

test('all dead letters are replayed, or dropped, at once', async () => {
  const ids = [await addDead(), await addDead()];
  expect(await client.call('replayAllDeadLetters')).toEqual({ replayed: 2, skipped: 0 });
  expect(await client.call('replayAllDeadLetters')).toEqual({ replayed: 0, skipped: 0 });
  for (const id of ids) expect(await api.store.jobs.find(api.scope, id)).toMatchObject({ status: 'queued' });
  for (const id of ids) await client.call('cancelJob', { params: { jobId: id } });
  const jobId = await addDead();
  await addDead();
  expect(await client.call('dropDeadLetter', { params: { jobId } })).toEqual({ dropped: 1 });
  await expect(client.call('getJob', { params: { jobId } })).rejects.toMatchObject({ code: 'job_not_found' });
  expect(await client.call('dropAllDeadLetters')).toEqual({ dropped: 1 });
  expect((await client.call('listDeadLetters')).deadLetters).toEqual([]);
});

test('the queue tells what waits by kind and status, and who runs what', async () => {
  expect(await client.call('getQueue')).toEqual({
    slots: [],
    kinds: [],
    counts: [],
    deadLetters: 0,
    oldestQueuedMs: 0,
    running: [],
    nextCursor: null,
  });
  await addDead();
  const jobId = await addRunning();
  await api.addJob();
  const queue = await client.call('getQueue');
  expect(queue.counts.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
    { kind: 'test', status: 'failed', count: 1 },
    { kind: 'test', status: 'queued', count: 1 },
    { kind: 'test', status: 'running', count: 1 },
  ]);
  expect(queue).toMatchObject({ deadLetters: 1, running: [{ jobId, workerId: 'w1', attempts: 1, progress: 0, kind: 'test' }] });
  expect(queue.oldestQueuedMs).toBeGreaterThanOrEqual(0);
  const { oldestQueuedMs } = queue;
  expect(queue.kinds).toEqual([{ kind: 'test', queued: 1, delayed: 0, oldestQueuedMs, running: 1, stalled: 0, deadLetters: 1 }]);
  expect(queue.running[0]?.runningMs).toBeLessThan(60_000);
  const lanes = [{ lane: 'light', kinds: ['test'], places: 2 }];
  await api.store.settings.write(ownerScope(SYSTEM_OWNER), 'workers', { w1: { at: Date.now(), lanes } }, Date.now());
  expect((await client.call('getQueue')).slots).toEqual([{ lane: 'light', kinds: ['test'], used: 1, total: 2, workers: 1 }]);
});

test('retention foresees, then puts into the trash; the recording is restored with sound and words', async () => {
  const upload = { file: new Blob(['sound']), fileName: 'a.mp3', fields: { lecture_id: 'a', course_id: 'biology' } };
  const { sourceId } = await client.call('ingestLecture', upload);
  const createdAt = Date.now() - 40 * DAY_MS;
  const a = { params: { lectureId: 'a' } };
  await api.store.transcripts.add(api.scope, { ...spokenTranscript(['Memory fades.']), lectureId: 'a', sourceId, createdAt });
  const due = {
    count: 1,
    items: [{ holding: 'transcript', lectureId: 'a', sourceId, since: new Date(createdAt).toISOString() }],
  };
  expect(await client.call('updateLecture', { ...a, body: { pinned: true } })).toMatchObject({ pinned: true });
  expect(await client.call('applyRetention', { body: { dryRun: true } })).toMatchObject({ trashed: { count: 0 } });
  await client.call('updateLecture', { ...a, body: { pinned: false } });
  const foreseen = await client.call('applyRetention', { body: { dryRun: true } });
  expect(foreseen).toMatchObject({ dryRun: true, rawAudioDays: 30, transcriptDays: 14, trashed: due, removed: { count: 0 } });
  expect(await client.call('getTranscript', a)).toMatchObject({ version: 1 });
  expect(await client.call('applyRetention', { body: {} })).toMatchObject({ dryRun: false, trashed: due });
  await expect(client.call('getTranscript', a)).rejects.toMatchObject({ code: 'transcript_not_found' });
  expect((await client.call('listTrash')).items).toMatchObject([{ type: 'transcript', id: sourceId, lectureId: 'a' }]);
  const restored = await client.call('restoreSource', { params: { lectureId: 'a', sourceId } });
  expect(restored).toMatchObject({ id: sourceId, transcriptVersion: 1 });
  expect((await client.call('listTrash')).items).toEqual([]);
});

test('sound that retention took is not played, and the answer says how to get it back', async () => {
  const upload = { file: new Blob(['sound']), fileName: 'a.mp3', fields: { lecture_id: 'a', course_id: 'biology' } };
  const { sourceId } = await client.call('ingestLecture', upload);
  await api.store.holdings.trash(api.scope, sourceId, 'audio', Date.now());
  const problem = { code: 'audio_removed', status: 410, detail: new RegExp(`sources/${sourceId}/restore`) };
  await expect(client.call('getAudio', { params: { lectureId: 'a' } })).rejects.toMatchObject(problem);
});

test('sound that is gone for good is there again when the same file is uploaded again, to the lecture or as another source', async () => {
  const upload = { file: new Blob(['sound']), fileName: 'a.mp3', fields: { lecture_id: 'a', course_id: 'biology' } };
  const { sourceId } = await client.call('ingestLecture', upload);
  const uploads = [
    () => client.call('ingestLecture', upload),
    () => client.call('addSource', { params: { lectureId: 'a' }, file: new Blob(['sound']), fileName: 'b.mp3' }),
  ];
  for (const again of uploads) {
    await api.store.holdings.trash(api.scope, sourceId, 'audio', 1_000);
    await api.store.holdings.setGone(api.scope, sourceId, 'audio', { before: 2_000, at: 3_000 });
    await api.blobs.remove(api.scope, `sources/${sourceId}`);
    await expect(client.call('getAudio', { params: { lectureId: 'a' } })).rejects.toMatchObject({
      detail: /upload the same file/,
    });
    expect(await again()).toMatchObject({ sourceId });
    expect(await (await client.call('getAudio', { params: { lectureId: 'a' } })).text()).toBe('sound');
  }
  expect((await api.filesOnDisk()).filter((name) => name !== sourceId)).toEqual([]);
});
