import { exportResultSchema } from '@scholium/contract';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formBody, openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import type { Artifact } from '../domain/artifact.ts';
import { exportLecture } from './export-lecture.ts';
import { parseExportTypes } from './export-types.ts';

let api: ApiFixture;
let sourceId: string;
beforeEach(async () => {
  api = await openApiFixture();
  const form = formBody([
    ['lecture_id', 'memory'],
    ['title', 'How *memory* works: <b>part 1</b>'],
    ['audio', { fileName: 'memory.mp3', bytes: Buffer.from('sound') }],
  ]);
  const reply = await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form });
  sourceId = reply.json().sourceId;
});
afterEach(() => api.close());

async function addTranscript(sentences: readonly string[]): Promise<void> {
  await api.store.transcripts.add(api.scope, { ...spokenTranscript(sentences), lectureId: 'memory', sourceId });
}

async function makeExports(types: readonly string[]) {
  const deps = { store: api.store, blobs: api.blobs, clock: systemClock };
  const input = { scope: api.scope, lectureId: 'memory', types: parseExportTypes(types) };
  const commit = await exportLecture(deps, input, new AbortController().signal);
  const completion = await api.store.transaction(commit);
  return exportResultSchema.parse(completion.result).exports;
}

async function download(type: string): Promise<string> {
  const stored = await api.store.exports.find(api.scope, 'memory', type);
  return text(await api.blobs.read(api.scope, stored?.blobKey ?? 'none'));
}

function summaryCiting(quote: string): Artifact {
  const place = {
    lectureId: 'memory',
    sourceId,
    kind: 'recording' as const,
    textVersion: 1,
    page: null,
    startChar: null,
    endChar: null,
  };
  return {
    id: 'art_1',
    ownerId: api.scope.ownerId,
    lectureId: 'memory',
    kind: 'summary',
    title: 'Key passages',
    engine: 'extractive',
    model: 'none',
    presetId: 'exam',
    transcriptVersion: 1,
    createdAt: 0,
    content: { passages: [{ text: quote, cites: [0] }] },
    citations: [{ ...place, quote, startMs: 205_000, endMs: 206_000, firstWord: 0, lastWord: 1 }],
  };
}

test('every type can be made, is listed with its address, and can be downloaded', async () => {
  await addTranscript(['Sleep settles memory.']);
  const made = await makeExports(['md', 'txt', 'srt', 'vtt', 'json']);
  expect(made.map(({ type, url }) => [type, url])).toEqual(
    ['markdown', 'txt', 'srt', 'vtt', 'json'].map((type) => [type, `/api/exports/memory/${type}`]),
  );
  for (const { url, storagePath } of made) {
    expect(storagePath).toMatch(/^local:\/\/exports\//);
    const reply = await api.app.inject(url);
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain('Sleep');
    expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="How memory works b part 1 b\.\w+"/);
    expect(Number(reply.headers['content-length'])).toBe(reply.rawPayload.length);
  }
});

test('markdown holds the notes with their times, and nothing in it is a link or HTML', async () => {
  await addTranscript(['Read [this](javascript:alert) or <img src=x>.', '1. First we sleep.']);
  await api.store.artifacts.insert(api.scope, summaryCiting('Read [this](javascript:alert)'));
  await makeExports(['markdown']);
  const markdown = await download('markdown');
  expect(markdown).toContain('# How \\*memory\\* works: \\<b\\>part 1\\</b\\>\n');
  expect(markdown).toContain('## Key passages\n\n- Read \\[this\\](javascript:alert) [03:25]\n');
  expect(markdown).toContain('**[00:00]** Read \\[this\\](javascript:alert) or \\<img src=x\\>. 1. First we sleep.');
});

test('text is paragraphs and nothing else', async () => {
  await addTranscript(['Sleep settles memory.', 'It takes a night.']);
  await makeExports(['txt']);
  expect(await download('txt')).toBe('Sleep settles memory. It takes a night.\n');
});

test('json holds words, artifacts and citations, and not the owner', async () => {
  await addTranscript(['Sleep settles memory.']);
  await api.store.artifacts.insert(api.scope, summaryCiting('Sleep settles'));
  await makeExports(['json']);
  const everything = JSON.parse(await download('json'));
  expect(everything.transcripts[0].segments[0].words).toHaveLength(3);
  expect(everything.artifacts[0].citations[0]).toMatchObject({ startMs: 205_000, quote: 'Sleep settles' });
  expect(JSON.stringify(everything)).not.toContain('ownerId');
});

test('a new export takes the place of the old one and leaves no file behind', async () => {
  await addTranscript(['The first version.']);
  await makeExports(['txt']);
  const before = await api.filesOnDisk();
  await makeExports(['txt']);
  expect(await api.filesOnDisk()).toEqual(before);
  await addTranscript(['The second version.']);
  await makeExports(['txt']);
  expect(await download('txt')).toBe('The second version.\n');
  expect(await api.filesOnDisk()).toHaveLength(before.length);
});

test('a lecture without a transcript says how to get one', async () => {
  await expect(makeExports(['txt'])).rejects.toMatchObject({
    code: 'transcript_not_found',
    detail: expect.stringContaining('/transcribe'),
  });
});

test('a type that is not supported names those that are', () => {
  expect(() => parseExportTypes(['pdf'])).toThrow(
    expect.objectContaining({ code: 'invalid_request', detail: expect.stringContaining('markdown, txt, srt, vtt, json') }),
  );
  expect(() => parseExportTypes(['__proto__'])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  expect(parseExportTypes(['JSON', 'md', 'markdown'])).toEqual(['markdown', 'json']);
});
