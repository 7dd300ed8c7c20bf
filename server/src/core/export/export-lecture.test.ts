import { exportResultSchema } from '@scholium/contract';
import Database from 'better-sqlite3';
import { unzipSync } from 'fflate';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { anArtifact } from '../../../testkit/builders.ts';
import { formBody, openApiFixture, spokenTranscript, type ApiFixture } from '../../../testkit/api-fixture.ts';
import { realDecoder, TIDES_PATH } from '../../../testkit/spoken-sample.ts';
import { createAnkiRenderer } from '../../adapters/anki/anki-renderer.ts';
import { createDocxRenderer } from '../../adapters/docx/docx-renderer.ts';
import { createPdfRenderer } from '../../adapters/pdfkit/pdf-renderer.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import type { Artifact } from '../domain/artifact.ts';
import { exportLecture } from './export-lecture.ts';
import { parseExportTypes } from './export-types.ts';

const exportRenderers = { pdf: createPdfRenderer(), docx: createDocxRenderer(), anki: createAnkiRenderer() };
/** The API fixture keeps what it logs; files are made with the same log. */
const decoder = realDecoder();

let api: ApiFixture;
let sourceId: string;
let warnings: string[];
beforeEach(async () => {
  api = await openApiFixture();
  warnings = [];
  const form = formBody([
    ['lecture_id', 'memory'],
    ['title', 'How *memory* works: <b>part 1</b>'],
    ['audio', { fileName: 'memory.mp3', bytes: await readFile(TIDES_PATH) }],
  ]);
  const reply = await api.app.inject({ method: 'POST', url: '/api/lectures/ingest', ...form });
  sourceId = reply.json().sourceId;
});
afterEach(() => api.close());

async function addTranscript(sentences: readonly string[], durationMs = 23_000): Promise<void> {
  const transcript = { ...spokenTranscript(sentences), durationMs, lectureId: 'memory', sourceId };
  await api.store.transcripts.add(api.scope, transcript);
}

async function makeExports(types: readonly string[], publicUrl: string | null = null) {
  const { store, blobs } = api;
  const log = { info: () => {}, warn: (_: string, event: string) => void warnings.push(event), error: () => {} };
  const deps = { store, blobs, clock: systemClock, decoder, exportRenderers, log, publicUrl };
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
    ...anArtifact(),
    id: 'art_1',
    ownerId: api.scope.ownerId,
    lectureId: 'memory',
    kind: 'summary',
    title: 'Key passages',
    engine: 'extractive',
    model: 'none',
    presetId: 'exam',
    presetVersion: 1,
    transcriptVersion: 1,
    createdAt: 0,
    content: { passages: [{ text: quote, cites: [0] }] },
    citations: [{ ...place, quote, startMs: 205_000, endMs: 206_000, firstWord: 0, lastWord: 1 }],
  };
}

test('every type can be made, is listed with its address, and can be downloaded', async () => {
  await addTranscript(['Sleep settles memory.']);
  const made = await makeExports(['md', 'txt', 'srt', 'vtt', 'json', 'pdf', 'docx', 'apkg']);
  expect(made.map(({ type, url }) => [type, url])).toEqual(
    ['markdown', 'txt', 'srt', 'vtt', 'json', 'pdf', 'docx', 'anki'].map((type) => [type, `/api/exports/memory/${type}`]),
  );
  for (const { type, url, storagePath } of made) {
    expect(storagePath).toMatch(/^local:\/\/exports\//);
    const reply = await api.app.inject(url);
    expect(reply.statusCode).toBe(200);
    expect(reply.rawPayload.toString('latin1')).toContain(
      { pdf: '%PDF-1.7', docx: 'word/document.xml', anki: 'collection.anki2' }[type as string] ?? 'Sleep',
    );
    expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="How memory works b part 1 b\.\w+"/);
    expect(Number(reply.headers['content-length'])).toBe(reply.rawPayload.length);
  }
});

function flashcards(...spans: readonly (readonly [startMs: number, endMs: number])[]): Artifact {
  const artifact = summaryCiting('Sleep settles');
  const cards = spans.map((_, index) => ({ front: `What settles memory ${index}?`, back: 'Sleep.', cites: [index] }));
  const citations = spans.map(([startMs, endMs]) => ({ ...artifact.citations[0]!, startMs, endMs }));
  return { ...artifact, id: 'art_2', kind: 'flashcards', title: 'Flashcards', content: { cards }, citations };
}

test('each card plays the words that it rests on', async () => {
  await addTranscript(['Sleep settles memory.']);
  await api.store.artifacts.insert(api.scope, flashcards([2_000, 5_000], [10_000, 60_000], [500_000, 501_000]));
  await makeExports(['anki'], 'https://scholium.example.org');
  const stored = await api.store.exports.find(api.scope, 'memory', 'anki');
  const files = unzipSync(await buffer(await api.blobs.read(api.scope, stored?.blobKey ?? 'none')));
  expect(Object.keys(files).toSorted()).toEqual(['0', '1', 'collection.anki2', 'media']);
  expect(warnings).toEqual([]);
  expect(await lengthMs(files['0'])).toBeGreaterThan(3_400);
  expect(await lengthMs(files['0'])).toBeLessThan(3_800);
  // The recording has 23 seconds: what was cited ends with it.
  expect(await lengthMs(files['1'])).toBeLessThan(14_000);
  const database = new Database(Buffer.from(files['collection.anki2'] ?? []));
  const notes = database
    .prepare('SELECT flds FROM notes')
    .all()
    .map((row) => (row as { flds: string }).flds); // as selected
  database.close();
  expect(notes.filter((fields) => fields.includes('[sound:scholium-'))).toHaveLength(2);
  expect(notes.join('')).toContain(`href="https://scholium.example.org/lectures/memory?source=${sourceId}&amp;t=2"`);
});

async function lengthMs(clip: Uint8Array | undefined): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-clip-'));
  try {
    const path = join(folder, 'clip.mp3');
    await writeFile(path, clip ?? '');
    const facts = await decoder.probe(path, new AbortController().signal);
    expect(facts.format).toBe('mp3');
    return facts.durationMs ?? 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a card whose sound cannot be cut is written without, and the log says so', async () => {
  await addTranscript(['Sleep settles memory.']);
  await api.store.artifacts.insert(api.scope, flashcards([2_000, 5_000], [6_000, 7_000]));
  const source = await api.store.sources.find(api.scope, sourceId);
  await api.blobs.put(api.scope, source?.blobKey ?? '', Readable.from([Buffer.from('no sound any more')]));
  await makeExports(['anki']);
  const stored = await api.store.exports.find(api.scope, 'memory', 'anki');
  const files = unzipSync(await buffer(await api.blobs.read(api.scope, stored?.blobKey ?? 'none')));
  expect(Object.keys(files).toSorted()).toEqual(['collection.anki2', 'media']);
  expect(warnings).toEqual(['export.clips-failed']);
});

test('cards are written without sound where retention has removed it', async () => {
  await addTranscript(['Sleep settles memory.']);
  await api.store.artifacts.insert(api.scope, flashcards([2_000, 5_000]));
  const source = await api.store.sources.find(api.scope, sourceId);
  await api.blobs.remove(api.scope, source?.blobKey ?? '');
  await makeExports(['anki']);
  const stored = await api.store.exports.find(api.scope, 'memory', 'anki');
  const files = unzipSync(await buffer(await api.blobs.read(api.scope, stored?.blobKey ?? 'none')));
  expect(Object.keys(files).toSorted()).toEqual(['collection.anki2', 'media']);
});

test('notes without a transcript are exported too', async () => {
  await api.store.artifacts.insert(api.scope, { ...summaryCiting('Sleep settles'), transcriptVersion: 0 });
  await makeExports(['markdown', 'srt']);
  expect(await download('markdown')).toContain('Sleep settles');
  expect(await download('srt')).toBe('');
});

test('markdown holds the notes with their times, and nothing in it is a link or HTML', async () => {
  await addTranscript(['Read [this](javascript:alert) or <img src=x>.', '1. First we sleep.']);
  await api.store.artifacts.insert(api.scope, summaryCiting('Read [this](javascript:alert)'));
  await makeExports(['markdown']);
  const markdown = await download('markdown');
  expect(markdown).toContain('# How \\*memory\\* works: \\<b\\>part 1\\</b\\>\n');
  expect(markdown).toContain('*Made by extractive with the preset exam on 1970-01-01, from version 1 of the transcript.*');
  expect(markdown).toContain('\n\n- Read \\[this\\](javascript:alert) [03:25]\n');
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
  expect(() => parseExportTypes(['odt'])).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      detail: expect.stringContaining('markdown, txt, srt, vtt, json, pdf, docx, anki'),
    }),
  );
  expect(() => parseExportTypes(['__proto__'])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  expect(parseExportTypes(['JSON', 'md', 'markdown'])).toEqual(['markdown', 'json']);
});
