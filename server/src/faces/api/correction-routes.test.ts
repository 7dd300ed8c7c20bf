import { createClient, type Client } from '@scholium/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { carryCorrections } from '../../core/corrections/carry-corrections.ts';
import { correctEverywhere } from '../../core/corrections/correct-everywhere.ts';
import { correctEverywherePayloadSchema } from '../../core/corrections/correct-everywhere.job.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';

let api: ApiFixture;
let client: Client;
let sourceId: string;
const a = { params: { lectureId: 'a' } };

beforeEach(async () => {
  api = await openApiFixture();
  client = createClient({ baseUrl: await api.listen() });
  const form = { course_id: 'c', lecture_id: 'a', title: 'A' };
  sourceId = (await client.call('ingestLecture', { fields: form, file: new Blob(['sound']), fileName: 'a.mp3' })).sourceId;
  await heard(['The hypo campus keeps places.', 'So does the hypo campus?']);
});
afterEach(() => api.close());

const heard = (sentences: readonly string[]) =>
  api.store.transcripts.add(api.scope, { ...spokenTranscript(sentences), lectureId: 'a', sourceId });

async function shown(): Promise<string> {
  return (await client.call('getTranscript', a)).segments.map(({ text }) => text).join(' ');
}

const correct = (version: number, ...edits: { firstWord: number; lastWord: number; text: string }[]) =>
  client.call('correctTranscript', { ...a, body: { version, edits } });

test('a correction is a new version; the version an engine heard stays as it is', async () => {
  expect(await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' })).toEqual({ sourceId, version: 2 });
  expect(await shown()).toBe('The hippocampus keeps places. So does the hypo campus?');
  const now = await client.call('getTranscript', a);
  expect(now).toMatchObject({ version: 2, origin: 'corrected', baseVersion: 1 });
  const [word] = now.segments[0]?.words.slice(1) ?? [];
  expect(word).toMatchObject({ text: 'hippocampus', startMs: 400, confidence: 1 });
  const before = await client.call('getTranscript', { ...a, query: { version: 1 } });
  expect(before.segments[0]?.text).toBe('The hypo campus keeps places.');
});

test('a correction asks for a job that makes the new text searchable', async () => {
  await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' });
  const { jobs } = await client.call('listJobs', { query: { kind: 'index' } });
  expect(jobs).toMatchObject([{ sourceId, status: 'queued' }]);
});

test('a correction that changes nothing makes no version', async () => {
  expect(await correct(1, { firstWord: 1, lastWord: 2, text: 'hypo  campus' })).toEqual({ sourceId, version: 1 });
});

test('two people who correct the same version do not overwrite each other', async () => {
  await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' });
  await expect(correct(1, { firstWord: 3, lastWord: 3, text: 'stores' })).rejects.toMatchObject({
    code: 'transcript_conflict',
    detail: expect.stringContaining('(2)'),
  });
  await correct(2, { firstWord: 2, lastWord: 2, text: 'stores' });
  expect(await shown()).toBe('The hippocampus stores places. So does the hypo campus?');
});

test('words that are not there cannot be corrected, and nothing is changed', async () => {
  await expect(correct(1, { firstWord: 8, lastWord: 11, text: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  const speakers = [{ firstWord: 9, lastWord: 99, speaker: 'Ann' }];
  await expect(client.call('correctTranscript', { ...a, body: { version: 1, speakers } })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  await expect(client.call('correctTranscript', { params: { lectureId: 'b' }, body: { version: 1 } })).rejects.toMatchObject({
    code: 'lecture_not_found',
  });
  expect((await client.call('listTranscriptVersions', a)).versions).toHaveLength(1);
});

test('words are given to a speaker, and taken from whom they were given to before', async () => {
  const name = (version: number, firstWord: number, lastWord: number, speaker: string | null) =>
    client.call('correctTranscript', { ...a, body: { version, speakers: [{ firstWord, lastWord, speaker }] } });
  await name(1, 0, 4, 'Ann');
  await name(2, 5, 9, 'Ben');
  await name(3, 4, 6, 'Cem');
  const { segments } = await client.call('getTranscript', a);
  expect(segments.map(({ speaker, text }) => [speaker, text])).toEqual([
    ['Ann', 'The hypo campus keeps'],
    ['Cem', 'places.'],
    ['Cem', 'So does'],
    ['Ben', 'the hypo campus?'],
  ]);
});

test('the history tells what changed, and each change can be taken back and done again', async () => {
  await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' });
  await correct(2, { firstWord: 2, lastWord: 2, text: 'stores' });
  const undo = (version?: number) => client.call('undoCorrection', { ...a, body: version === undefined ? {} : { version } });
  expect(await undo(2)).toEqual({ sourceId, version: 4 });
  expect(await shown()).toBe('The hypo campus stores places. So does the hypo campus?');
  await undo();
  expect(await shown()).toBe('The hippocampus stores places. So does the hypo campus?');
  const { versions } = await client.call('listTranscriptVersions', a);
  expect(versions.map(({ version, change }) => [version, change?.kind, change?.places, change?.examples[0]])).toEqual([
    [5, 'undo', 1, { startMs: 400, before: 'hypo campus', after: 'hippocampus' }],
    [4, 'undo', 1, { startMs: 400, before: 'hippocampus', after: 'hypo campus' }],
    [3, 'edit', 1, { startMs: 1_200, before: 'keeps', after: 'stores' }],
    [2, 'edit', 1, { startMs: 400, before: 'hypo campus', after: 'hippocampus' }],
    [1, undefined, undefined, undefined],
  ]);
  expect((await client.call('listTranscriptVersions', { ...a, query: { before: 3, limit: 1 } })).versions).toMatchObject([
    { version: 2 },
  ]);
});

test('what was corrected again since, and what no person did, cannot be undone', async () => {
  await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' });
  await correct(2, { firstWord: 1, lastWord: 1, text: 'Hippocampus' });
  const undo = (version: number) => client.call('undoCorrection', { ...a, body: { version } });
  await expect(undo(2)).rejects.toMatchObject({ code: 'transcript_conflict' });
  await expect(undo(1)).rejects.toMatchObject({ code: 'nothing_to_undo' });
  await expect(undo(9)).rejects.toMatchObject({ code: 'nothing_to_undo' });
});

test('transcribing again keeps corrections; where the engine hears something new, that is told until a person settles it', async () => {
  await correct(1, { firstWord: 1, lastWord: 2, text: 'hippocampus' }, { firstWord: 3, lastWord: 3, text: 'stores' });
  const carried = await api.store.transaction(async (tx) => {
    const before = await tx.transcripts.latest(api.scope, sourceId);
    const fresh = { ...spokenTranscript(['The hippo camp keeps places.', 'So does the hypo campus?']), lectureId: 'a', sourceId };
    return carryCorrections(tx, api.scope, before, await tx.transcripts.add(api.scope, fresh));
  });
  expect(carried).toMatchObject({ kept: 2, agreed: 0, conflicts: 1 });
  expect(await shown()).toBe('The hippocampus stores places. So does the hypo campus?');
  const { version, conflicts } = await client.call('listConflicts', a);
  expect(conflicts).toEqual([{ firstWord: 1, lastWord: 1, startMs: 400, corrected: 'hippocampus', heard: 'hippo camp' }]);
  await correct(version, { firstWord: 1, lastWord: 1, text: 'hippocampus' });
  expect((await client.call('listConflicts', a)).conflicts).toEqual([]);
  expect(await shown()).toBe('The hippocampus stores places. So does the hypo campus?');
});

test('words are corrected everywhere in a course, with the capitals and the punctuation of each place', async () => {
  const words = { from: 'HYPO campus', to: 'hippocampus' };
  const everywhere = (preview: boolean) =>
    client.call('correctEverywhere', { params: { courseId: 'c' }, body: { ...words, preview } });
  expect(await everywhere(true)).toMatchObject({
    places: 2,
    transcripts: 1,
    examples: [
      { lectureId: 'a', startMs: 400, before: 'hypo campus', after: 'hippocampus' },
      { before: 'hypo campus?', after: 'hippocampus?' },
    ],
  });
  expect(await shown()).toContain('hypo');
  const reply = await everywhere(false);
  const job = await client.call('getJob', { params: { jobId: 'jobId' in reply ? reply.jobId : '' } });
  expect(job).toMatchObject({ kind: 'correct-everywhere', status: 'queued' });
  const stored = await api.store.jobs.find(api.scope, job.jobId);
  const deps = {
    store: api.store,
    events: api.events,
    queue: { dispatch: async () => {}, close: async () => {} },
    clock: systemClock,
  };
  const input = { scope: api.scope, ...correctEverywherePayloadSchema.parse(stored?.payload), onProgress: () => {} };
  const run = () => correctEverywhere(deps as never, input, new AbortController().signal); // the queue's other half is not needed here
  expect(await run()).toMatchObject({ places: 2, transcripts: 1 });
  expect(await shown()).toBe('The hippocampus keeps places. So does the hippocampus?');
  expect(await run()).toMatchObject({ places: 0, transcripts: 0 });
  await expect(
    client.call('correctEverywhere', { params: { courseId: 'x' }, body: { ...words, preview: true } }),
  ).rejects.toMatchObject({ code: 'course_not_found' });
});
