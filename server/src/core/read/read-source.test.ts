import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { memoryWebFetcher, type WebPage } from '../../../testkit/memory-web-fetcher.ts';
import { PlainDocumentReader } from '../../../testkit/plain-document-reader.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from '../domain/scope.ts';
import { addDocument, addWebPage } from './add-document.ts';
import { readSource, type ReadSourceResult } from './read-source.ts';

const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>; // it makes no other kind
const signal = new AbortController().signal;
const URL_OF_PAGE = 'https://site.example/tides';

function setUp() {
  const store = memoryStore();
  const pages: Record<string, WebPage> = {};
  const documentReader = new PlainDocumentReader();
  const deps = {
    store,
    blobs: memoryBlobs(),
    queue: inProcessQueue(),
    events: storeEvents(store),
    clock: new ManualClock(),
    documentReader,
  };
  const read = async (sourceId: string): Promise<ReadSourceResult> => {
    const webFetcher = memoryWebFetcher(pages);
    const commit = await readSource({ ...deps, webFetcher }, { scope, sourceId, onProgress: () => {} }, signal);
    return store.transaction(commit);
  };
  const incoming = async (text: string) => {
    const key = `incoming/${randomUUID()}`;
    return { key, ...(await deps.blobs.put(scope, key, Readable.from([Buffer.from(text)]))) };
  };
  const add = async (text: string, fileName = 'notes.md', mediaType = 'text/markdown') =>
    addDocument(deps, { scope, lectureId: 'lecture-1', title: null, fileName, mediaType, incoming: await incoming(text) });
  const addPage = (url = URL_OF_PAGE) => addWebPage(deps, { scope, lectureId: 'lecture-1', title: null, url });
  return { ...deps, pages, read, add, addPage };
}

let world: ReturnType<typeof setUp>;
beforeEach(async () => {
  world = setUp();
  await world.store.courses.insert(scope, aCourse());
  await world.store.lectures.insert(scope, aLecture());
});

describe('reading a document', () => {
  it('keeps its text with pages, headings and what read it', async () => {
    const { source, created, job } = await world.add('# Tides\n\nThe moon pulls.');
    expect([created, source.kind, job?.kind]).toEqual([true, 'document', 'read']);
    expect(await world.read(source.id)).toMatchObject({ sourceId: source.id, textVersion: 1, pages: 1, title: 'Tides' });
    expect(await world.store.documents.latest(scope, source.id)).toMatchObject({
      reader: 'plain/1',
      format: 'markdown',
      pages: [{ number: 1, text: 'Tides\n\nThe moon pulls.', headings: [{ startChar: 0, title: 'Tides' }] }],
    });
  });

  it('is not done twice, and its file is not kept twice', async () => {
    const { source } = await world.add('The moon pulls.');
    const again = await world.add('The moon pulls.', 'copy.md');
    expect([again.source.id, again.created]).toEqual([source.id, false]);
    expect(again.job).not.toBeNull(); // it has not been read yet
    await world.read(source.id);
    await world.read(source.id);
    expect(world.documentReader.heard).toEqual(['notes.md']);
    expect((await world.add('The moon pulls.')).job).toBeNull();
    expect(await world.blobs.stat(scope, source.blobKey)).not.toBeNull();
  });

  it('makes a transcript of captions', async () => {
    const captions = '1\n00:00:01,000 --> 00:00:02,000\nThe moon pulls.\n';
    const { source } = await world.add(captions, 'talk.srt', 'application/x-subrip');
    expect(source.kind).toBe('recording');
    expect(await world.read(source.id)).toMatchObject({ textVersion: 1 });
    expect(await world.store.transcripts.latest(scope, source.id)).toMatchObject({
      engine: 'captions',
      durationMs: 2_000,
      segments: [{ text: 'The moon pulls.', startMs: 1_000, endMs: 2_000 }],
    });
    expect(await world.read(source.id)).toMatchObject({ textVersion: 1 });
  });

  it('tells what is wrong with it, and stores nothing then', async () => {
    const { source } = await world.add('\u0000\u0001', 'odd.bin', 'application/octet-stream');
    await expect(world.read(source.id)).rejects.toMatchObject({ code: 'document_unsupported' });
    expect(await world.store.documents.latest(scope, source.id)).toBeNull();
    await expect(world.read('src_none')).rejects.toMatchObject({ code: 'source_not_found' });
  });
});

describe('reading a web page', () => {
  it('fetches it, keeps its bytes and takes its title', async () => {
    world.pages[URL_OF_PAGE] = { headers: { 'content-type': 'text/plain' }, body: '# Tides\n\nThe moon pulls.' };
    const { source, created } = await world.addPage(`${URL_OF_PAGE}#middle`);
    expect([created, source.url, source.title]).toEqual([true, URL_OF_PAGE, URL_OF_PAGE]);
    await world.read(source.id);
    const stored = await world.store.sources.find(scope, source.id);
    expect(stored).toMatchObject({ title: 'Tides', sizeBytes: 24, mediaType: 'text/plain' });
    expect(await world.blobs.stat(scope, source.blobKey)).toEqual({ sizeBytes: 24 });
  });

  it('gives a page that has changed a new version and keeps the old one; an unchanged page is not read again', async () => {
    world.pages[URL_OF_PAGE] = { body: 'The moon pulls.' };
    const { source } = await world.addPage();
    await world.read(source.id);
    expect((await world.addPage()).source.id).toBe(source.id);
    expect(await world.read(source.id)).toMatchObject({ textVersion: 1 });
    expect(world.documentReader.heard).toHaveLength(1);
    world.pages[URL_OF_PAGE] = { body: 'The sun pulls too.' };
    expect(await world.read(source.id)).toMatchObject({ textVersion: 2 });
    expect((await world.store.documents.find(scope, source.id, 1))?.pages[0]?.text).toBe('The moon pulls.');
  });

  it('keeps what is there when the page is gone', async () => {
    world.pages[URL_OF_PAGE] = { body: 'The moon pulls.' };
    const { source } = await world.addPage();
    await world.read(source.id);
    world.pages[URL_OF_PAGE] = { status: 404 };
    await expect(world.read(source.id)).rejects.toMatchObject({ code: 'url_not_found' });
    expect(await world.store.documents.latest(scope, source.id)).toMatchObject({ version: 1 });
    expect(await world.blobs.stat(scope, source.blobKey)).toEqual({ sizeBytes: 15 });
  });

  it('refuses what is no address of the web', async () => {
    for (const url of ['tides', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'https://'])
      await expect(world.addPage(url)).rejects.toMatchObject({ code: 'url_invalid' });
    await expect(addWebPage(world, { scope, lectureId: 'none', title: null, url: URL_OF_PAGE })).rejects.toMatchObject({
      code: 'lecture_not_found',
    });
  });
});
