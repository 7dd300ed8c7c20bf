import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startMilvus, type MilvusServer } from '../../../testkit/milvus-server.ts';
import { makePassage, makeVector, searchIndexConformance } from '../../../testkit/search-index.conformance.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { ownerScope, type Scope } from '../../core/domain/scope.ts';
import type { SearchIndex, SearchQuery, SearchReply } from '../../core/ports/search-index.ts';
import { createSqliteSearchIndex } from '../sqlite-search/sqlite-search-index.ts';
import { createMilvusSearchIndex, type MilvusSearchIndex, type MilvusSearchIndexOptions } from './milvus-search-index.ts';

const ann = ownerScope('ann');
const bob = ownerScope('bob');
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startServer(token: string | null = null): Promise<MilvusServer> {
  const server = await startMilvus(token);
  cleanups.push(() => server.close());
  return server;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scholium-milvus-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(server: MilvusServer, dataDir: string, over: Partial<MilvusSearchIndexOptions> = {}): MilvusSearchIndex {
  const index = createSqliteSearchIndex({ dataDir, log: silentLog, readers: 1 });
  const timing = { searchTimeoutMs: 2000, writeTimeoutMs: 5000, retryMs: 5, gatherMs: 0 };
  const { address } = server;
  const opened = createMilvusSearchIndex({ index, address, token: null, prefix: 'test', log: silentLog, ...timing, ...over });
  cleanups.push(() => opened.close());
  return opened;
}

/** Waits after each write until Milvus has it, so that every search of the suite is answered by Milvus. */
function settling(index: MilvusSearchIndex): SearchIndex {
  const then = <T>(done: Promise<T>): Promise<T> => done.then((value) => index.settled().then(() => value));
  return {
    replace: (...input) => then(index.replace(...input)),
    addVectors: (...input) => then(index.addVectors(...input)),
    remove: (...input) => then(index.remove(...input)),
    withoutVector: (...input) => index.withoutVector(...input),
    search: (...input) => index.search(...input),
    suggest: (...input) => index.suggest(...input),
    count: (...input) => index.count(...input),
    check: () => index.check(),
    close: () => index.close(),
  };
}

searchIndexConformance('MilvusSearchIndex', async () => settling(open(await startServer(), makeFolder())));

describe('MilvusSearchIndex', () => {
  const lunar = makeVector({ 0: 1 });
  const tides = makePassage('s:1:0', 'The tides rise.');
  const cells = makePassage('s:1:1', 'A cell remembers.');

  async function fill(index: MilvusSearchIndex, scope: Scope = ann): Promise<void> {
    await index.replace(scope, 's', [tides, cells]);
    await index.addVectors(scope, 'model', [
      { id: 's:1:0', vector: lunar },
      { id: 's:1:1', vector: makeVector({ 5: 1 }) },
    ]);
  }

  function ask(index: SearchIndex, over: Partial<SearchQuery> = {}, scope: Scope = ann): Promise<SearchReply> {
    const vector = { embedderId: 'model', values: lunar };
    return index.search(scope, { text: 'ebb', vector, filter: {}, limit: 1, ...over }, new AbortController().signal);
  }

  it('has the nearest passages found by Milvus, among those of the owner only', async () => {
    const server = await startServer();
    const index = open(server, makeFolder());
    await fill(index);
    await fill(index, bob);
    await index.settled();
    expect(server.rows()).toHaveLength(4);
    const asked = server.filters.length;
    expect(await ask(index)).toMatchObject({ degraded: false, mode: 'dense', hits: [{ passage: tides }] });
    expect(server.calls.at(-1)).toBe('Search');
    expect(server.filters.slice(asked)).toEqual([expect.stringMatching(/^owner == "[0-9a-f]{64}"$/)]);
    expect(await index.check()).toBeNull();
  });

  it.each(['unavailable', 'slow', 'away', 'old'] as const)(
    'goes on exactly while Milvus is %s, says so, and puts there what was missed',
    async (how) => {
      const server = await startServer();
      const index = open(server, makeFolder(), { searchTimeoutMs: 400, writeTimeoutMs: 400 });
      await fill(index);
      await index.settled();
      await server.behave(how);
      expect(await ask(index)).toMatchObject({ degraded: true, hits: [{ passage: tides }] });
      expect(await index.check()).toContain('Milvus');
      await index.replace(ann, 't', [makePassage('t:1:0', 'Volcanoes.')]);
      await index.addVectors(ann, 'model', [{ id: 't:1:0', vector: makeVector({ 3: 1 }) }]);
      await index.remove(ann, 's');
      const volcano = { embedderId: 'model', values: makeVector({ 3: 1 }) };
      expect(await ask(index, { vector: volcano })).toMatchObject({ degraded: true, hits: [{ passage: { id: 't:1:0' } }] });

      await server.behave('well');
      await vi.waitFor(async () => expect(await index.check()).toBeNull(), { timeout: 5000, interval: 10 });
      await index.settled();
      expect(server.rows().map(({ passage }) => passage)).toEqual(['t:1:0']);
      expect((await ask(index, { vector: volcano })).degraded).toBe(false);
      expect(server.calls.at(-1)).toBe('Search');
    },
  );

  it('makes a lost collection again from the index, without embedding anything', async () => {
    const server = await startServer();
    const index = open(server, makeFolder());
    await fill(index);
    await index.settled();
    server.loseCollections();
    expect(await ask(index)).toMatchObject({ degraded: true, hits: [{ passage: tides }] });
    await vi.waitFor(async () => expect(await index.check()).toBeNull(), { timeout: 5000, interval: 10 });
    expect(server.rows()).toHaveLength(2);
    expect(await ask(index)).toMatchObject({ degraded: false, hits: [{ passage: tides }] });
  });

  it('has a collection loaded again that is no longer in memory', async () => {
    const server = await startServer();
    const index = open(server, makeFolder());
    await fill(index);
    await index.settled();
    server.unloadCollections();
    expect(await ask(index)).toMatchObject({ degraded: true, hits: [{ passage: tides }] });
    await vi.waitFor(async () => expect(await index.check()).toBeNull(), { timeout: 5000, interval: 10 });
    expect(await ask(index)).toMatchObject({ degraded: false, hits: [{ passage: tides }] });
  });

  it('answers each of many questions at once, also while Milvus answers none', async () => {
    const server = await startServer();
    const index = open(server, makeFolder(), { searchTimeoutMs: 100 });
    await fill(index);
    await index.settled();
    await server.behave('slow');
    const began = performance.now();
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(index)));
    expect(replies.map(({ hits }) => hits[0]?.passage)).toEqual(Array.from({ length: 40 }, () => tides));
    // The SDK has ten channels: waiting in line for them would take four times the limit.
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('puts there at the next start what a process that ended did not send, and removes what went meanwhile', async () => {
    const server = await startServer();
    const folder = makeFolder();
    const first = open(server, folder);
    await fill(first);
    await first.settled();
    await first.close();

    const alone = createSqliteSearchIndex({ dataDir: folder, log: silentLog });
    await alone.remove(ann, 's');
    await alone.replace(bob, 'u', [makePassage('u:1:0', 'Glaciers.')]);
    await alone.addVectors(bob, 'model', [{ id: 'u:1:0', vector: lunar }]);
    await alone.close();

    const second = open(server, folder);
    await second.settled();
    expect(server.rows().map(({ passage }) => passage)).toEqual(['u:1:0']);
  });

  it('sends nothing twice', async () => {
    const server = await startServer();
    const folder = makeFolder();
    const first = open(server, folder);
    await fill(first);
    await first.settled();
    await first.close();
    const sent = server.calls.filter((call) => call === 'Upsert').length;
    const second = open(server, folder);
    await second.settled();
    await second.replace(ann, 's', [tides, cells]);
    await second.settled();
    expect(server.calls.filter((call) => call === 'Upsert')).toHaveLength(sent);
  });

  it('has a collection for each model and dimension, and drops that of the model before', async () => {
    const server = await startServer();
    const index = open(server, makeFolder());
    await fill(index);
    await index.settled();
    const [before] = server.collections();
    expect(before).toMatch(/^test_[0-9a-f]{16}_16$/);
    await index.addVectors(ann, 'other', [{ id: 's:1:0', vector: new Float32Array([0, 1, 0, 0]) }]);
    await index.settled();
    expect(server.collections()).toEqual([expect.stringMatching(/^test_[0-9a-f]{16}_4$/)]);
  });

  it('compares by itself under a filter, where the nearest of all may not pass', async () => {
    const server = await startServer();
    const index = open(server, makeFolder());
    await fill(index);
    await index.settled();
    const before = server.calls.length;
    expect(await ask(index, { filter: { lectureIds: ['lecture'] } })).toMatchObject({
      degraded: false,
      hits: [{ passage: tides }],
    });
    expect(server.calls).toHaveLength(before);
  });

  it('shows its token, and is degraded while it is refused', async () => {
    const server = await startServer('root:Milvus');
    const refused = open(server, makeFolder());
    await fill(refused);
    await refused.settled();
    expect(await refused.check()).toContain('Milvus');
    const index = open(server, makeFolder(), { token: 'root:Milvus' });
    await fill(index);
    await index.settled();
    expect(await index.check()).toBeNull();
  });
});
