import { createClient, type Client } from '@scholium/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { formatJson } from '../../core/export/lecture-json.ts';
import { exportFormats } from '../../core/export/formats.ts';
import type { LectureDocument } from '../../core/export/lecture-document.ts';
import { findLecture } from '../../core/library/find.ts';
import { withNames } from '../../core/speakers/lay-names.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';
const a = { params: { lectureId: 'a' } };
let api: ApiFixture;
let client: Client;
let sourceId: string;

beforeEach(async () => {
  api = await openApiFixture();
  client = createClient({ baseUrl: await api.listen() });
  const form = { course_id: 'c', lecture_id: 'a', title: 'A' };
  sourceId = (await client.call('ingestLecture', { fields: form, file: new Blob(['sound']), fileName: 'a.mp3' })).sourceId;
  const spoken = spokenTranscript(['What makes the tides?', 'The moon does.', 'And the sun?']);
  const { version } = await api.store.transcripts.add(api.scope, { ...spoken, lectureId: 'a', sourceId });
  const turns = spoken.segments.map(({ startMs, endMs }, i) => ({ startMs, endMs, speaker: i % 2 === 0 ? 'S1' : 'S2' }));
  await api.store.transcripts.revise(api.scope, {
    sourceId,
    expected: version,
    baseVersion: version,
    origin: 'machine',
    revision: { texts: [], speakers: [], turns },
    change: { kind: 'speakers', by: null, examples: [], places: 3 },
    createdAt: 1,
  });
});
afterEach(() => api.close());

const who = async () => (await client.call('getTranscript', a)).segments.map(({ speaker }) => speaker);
const listed = async () => (await client.call('listSpeakers', a)).speakers.map(({ label, name, words }) => [label, name, words]);
const name = (label: string, to: string | null) =>
  client.call('nameSpeaker', { params: { lectureId: 'a', label }, body: { name: to } });

describe('speakers', () => {
  it('are listed with their words', async () => {
    expect(await listed()).toEqual([
      ['S1', null, 7],
      ['S2', null, 3],
    ]);
  });

  it('show their names at once in every version, and no version is made', async () => {
    expect(await name('S2', ' Ada Lovelace ')).toMatchObject({ label: 'S2', name: 'Ada Lovelace', byVoice: false });
    expect(await who()).toEqual(['S1', 'Ada Lovelace', 'S1']);
    const transcript = await client.call('getTranscript', a);
    expect(transcript.version).toBe(2);
    expect(transcript.segments[1]?.speakerLabel).toBe('S2');
    expect((await api.store.transcripts.latest(api.scope, sourceId))?.segments[1]?.speaker).toBe('S2');
    await name('S2', null);
    expect(await who()).toEqual(['S1', 'S2', 'S1']);
  });

  it('are given words by name as well as by label', async () => {
    await name('S2', 'Ada');
    const speakers = [{ firstWord: 0, lastWord: 0, speaker: 'Ada' }];
    await client.call('correctTranscript', { ...a, body: { version: 2, speakers } });
    expect(await listed()).toEqual([
      ['S2', 'Ada', 4],
      ['S1', null, 6],
    ]);
  });

  it('are merged: all that one says is said by the other, and a name is kept', async () => {
    await name('S1', 'Ada');
    const body = { from: 'S1', into: 'S2' };
    expect(await client.call('mergeSpeakers', { ...a, body })).toEqual({ sourceId, version: 3 });
    expect(await who()).toEqual(['Ada', 'Ada', 'Ada']);
    expect(await listed()).toEqual([['S2', 'Ada', 10]]);
    const before = await client.call('getTranscript', { ...a, query: { version: 2 } });
    expect(before.segments.map(({ speaker }) => speaker)).toEqual(['S1', 'Ada', 'S1']);
    await expect(client.call('mergeSpeakers', { ...a, body })).rejects.toMatchObject({ code: 'speaker_not_found' });
    const same = { from: 'S2', into: 'S2' };
    await expect(client.call('mergeSpeakers', { ...a, body: same })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are split: what is said in the given times is a new speaker, until that is undone', async () => {
    const last = (await client.call('getTranscript', a)).segments[2];
    const spans = [{ startMs: last?.startMs ?? 0, endMs: last?.endMs ?? 0 }];
    const made = await client.call('splitSpeaker', { ...a, body: { label: 'S1', spans, name: 'Grace' } });
    expect(made).toEqual({ sourceId, version: 3, label: 'S3' });
    expect(await who()).toEqual(['S1', 'S2', 'Grace']);
    await client.call('undoCorrection', { ...a, body: {} });
    expect(await who()).toEqual(['S1', 'S2', 'S1']);
    const nothing = { label: 'S2', spans };
    await expect(client.call('splitSpeaker', { ...a, body: nothing })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('that are not there are told with those that are', async () => {
    await expect(name('S9', 'Nobody')).rejects.toMatchObject({
      code: 'speaker_not_found',
      detail: expect.stringContaining('S1, S2'),
    });
    for (const bad of ['', ' ', 'a\nb', 'x'.repeat(101)])
      await expect(name('S1', bad)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are looked for again by a job, with their number where that is known', async () => {
    const { jobId } = await client.call('diarize', { ...a, query: { speakers: 2 } });
    expect(await client.call('getJob', { params: { jobId } })).toMatchObject({ kind: 'diarize', sourceId });
    expect((await api.store.jobs.find(api.scope, jobId))?.payload).toEqual({ sourceId, speakers: 2 });
    await expect(client.call('diarize', { ...a, query: { speakers: 51 } })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('with markup for a name stay text in every file to take away', async () => {
    await name('S1', HOSTILE);
    const lecture = await findLecture(api, { scope: api.scope, lectureId: 'a' });
    const source = (await api.store.sources.find(api.scope, sourceId))!; // uploaded above
    const stored = (await api.store.transcripts.latest(api.scope, sourceId))!; // as above
    const transcript = await withNames(api.store, api.scope, stored);
    const document: LectureDocument = {
      lecture,
      recordings: [{ source, transcript }],
      artifacts: [],
      course: null,
      documents: [],
      publicUrl: null,
    };
    expect(JSON.parse(formatJson(document)).transcripts[0].segments[0].speaker).toBe(HOSTILE);
    for (const [type, format] of Object.entries(exportFormats)) {
      if (format.kind !== 'text' || type === 'json') continue;
      const text = format.format(document);
      // SubRip has no speakers and plain text is never markup; Markdown and WebVTT are read by things that show HTML.
      if (type === 'txt' || type === 'srt') continue;
      expect([type, /(?<!\\)<img/.test(text)]).toEqual([type, false]);
    }
  });
});
