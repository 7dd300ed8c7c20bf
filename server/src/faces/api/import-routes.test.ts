import { createClient, type Client } from '@scholium/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';

let api: ApiFixture;
let client: Client;
let sourceId: string;
const a = { params: { lectureId: 'a' } };

beforeEach(async () => {
  api = await openApiFixture();
  client = createClient({ baseUrl: await api.listen() });
  const form = { course_id: 'c', lecture_id: 'a', title: 'A' };
  sourceId = (await client.call('ingestLecture', { fields: form, file: new Blob(['sound']), fileName: 'a.mp3' })).sourceId;
});
afterEach(() => api.close());

const bring = (text: string, fileName: string, fields: { source?: string; language?: string } = {}) =>
  client.call('importTranscript', { ...a, fields, file: new Blob([text]), fileName });

const WHISPERX = JSON.stringify({
  language: 'en',
  segments: [
    { start: 0, end: 1, text: 'Hello there.', speaker: 'SPEAKER_07' },
    { start: 1, end: 2, text: 'Hi.', speaker: 'SPEAKER_02' },
  ],
  word_segments: [],
});

test('JSON of another system becomes a version, with speakers in the order in which they speak', async () => {
  expect(await bring(WHISPERX, 'x.json')).toEqual({ sourceId, version: 1 });
  const transcript = await client.call('getTranscript', a);
  expect(transcript).toMatchObject({
    origin: 'import',
    engine: 'whisperx',
    model: 'x.json',
    language: 'en',
    draftQuality: false,
  });
  expect(transcript.segments.map(({ speaker, text }) => [speaker, text])).toEqual([
    ['S1', 'Hello there.'],
    ['S2', 'Hi.'],
  ]);
  expect((await client.call('listJobs', { query: { kind: 'index' } })).jobs).toHaveLength(1);
});

test('captions become a version of the recording they belong to, in the language that is named', async () => {
  const srt = '1\n00:00:01,000 --> 00:00:02,000\nDie Flut kommt.\n';
  expect(await bring(srt, 'a.srt', { source: sourceId, language: 'de' })).toEqual({ sourceId, version: 1 });
  expect(await client.call('getTranscript', a)).toMatchObject({
    engine: 'captions',
    language: 'de',
    segments: [{ text: 'Die Flut kommt.', startMs: 1_000, endMs: 2_000 }],
  });
});

test('plain text gets the times of what was heard, and needs something that was', async () => {
  await expect(bring('The tide rises.', 'a.txt')).rejects.toMatchObject({ code: 'transcript_not_found' });
  await api.store.transcripts.add(api.scope, { ...spokenTranscript(['the tied rises']), lectureId: 'a', sourceId });
  await bring('The tide rises.', 'a.txt');
  const { segments } = await client.call('getTranscript', a);
  expect(segments[0]?.words.map(({ text, startMs }) => [text, startMs])).toEqual([
    ['The', 0],
    ['tide', 400],
    ['rises.', 800],
  ]);
  await expect(bring('Something else altogether, on lava.', 'b.txt')).rejects.toMatchObject({ code: 'transcript_file_invalid' });
});

test('corrections stay over what is brought in', async () => {
  await api.store.transcripts.add(api.scope, { ...spokenTranscript(['Hello dare. Hi.']), lectureId: 'a', sourceId });
  await client.call('correctTranscript', {
    ...a,
    body: { version: 1, edits: [{ firstWord: 2, lastWord: 2, text: 'Hi, Ann.' }] },
  });
  await bring(WHISPERX, 'x.json');
  const transcript = await client.call('getTranscript', a);
  expect(transcript).toMatchObject({ origin: 'corrected', baseVersion: 3, version: 4 });
  expect(transcript.segments.map(({ text }) => text).join(' ')).toBe('Hello there. Hi, Ann.');
});

test('what cannot be read is refused, and no file stays behind', async () => {
  const before = await api.filesOnDisk();
  for (const [text, name] of [
    ['{"segments":[', 'a.json'],
    ['{"a":1}', 'a.json'],
    ['', 'a.json'],
    ['\u0000\u0001', 'a.bin'],
  ] as const)
    await expect(bring(text, name)).rejects.toMatchObject({
      status: expect.any(Number),
      code: expect.stringMatching(/^transcript_|^media_empty/),
    });
  await expect(bring(WHISPERX, 'x.json', { source: 'src_x' })).rejects.toMatchObject({ code: 'source_not_found' });
  await bring(WHISPERX, 'x.json');
  expect(await api.filesOnDisk()).toEqual(before);
});
