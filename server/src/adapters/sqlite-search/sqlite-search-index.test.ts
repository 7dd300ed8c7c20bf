import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makePassage, searchIndexConformance } from '../../../testkit/search-index.conformance.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import type { Log } from '../../core/ports/log.ts';
import type { SearchIndex, SearchReply } from '../../core/ports/search-index.ts';
import { createSqliteSearchIndex } from './sqlite-search-index.ts';

const folders: string[] = [];
const open: SearchIndex[] = [];
const ann = ownerScope('ann');

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scholium-search-'));
  folders.push(folder);
  return folder;
}

interface Opened {
  readonly index: SearchIndex;
  readonly events: string[];
  emptied: number;
}

function openIndex(dataDir: string, idleMs = 60_000): Opened {
  const note = (_category: string, event: string): void => void opened.events.push(event);
  const log: Log = { info: note, warn: note, error: note };
  const index = createSqliteSearchIndex({ dataDir, log, idleMs, onEmptied: () => opened.emptied++ });
  const opened: Opened = { index, events: [], emptied: 0 };
  open.push(index);
  return opened;
}

function find(index: SearchIndex, text: string): Promise<SearchReply> {
  return index.search(ann, { text, vector: null, filter: {}, limit: 5 }, new AbortController().signal);
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((index) => index.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

searchIndexConformance('SqliteSearchIndex', async () => openIndex(makeFolder()).index);

describe('SqliteSearchIndex', () => {
  const tides = makePassage('s:1:0', 'The tides rise.');

  it('finds what a misspelt word is meant for, the nearest words only, and leaves words alone that stand somewhere', async () => {
    const { index } = openIndex(makeFolder());
    const texts = ['Gandhi walked to the sea.', 'Ctenophores glow in the dark.', 'A plane and a plant.', 'The planets move.'];
    const passages = texts.map((text, number) => makePassage(`s:1:${number}`, text));
    await index.replace(ann, 's', passages);
    const textsFor = async (text: string) => (await find(index, text)).hits.map(({ passage }) => passage.text);
    expect(await textsFor('ghandi')).toEqual([texts[0]]);
    expect(await textsFor('ctenphores')).toEqual([texts[1]]);
    expect(await textsFor('planet')).toEqual([texts[3]]);
    expect(await textsFor('plan')).toEqual([]);
    await index.replace(ann, 't', [makePassage('t:1:0', 'Ghandis are something else.', { sourceId: 't' })]);
    expect(await textsFor('ghandi')).toEqual(['Ghandis are something else.']);
  });

  it('prefers passages where the words stand side by side, and those that others on the matter stand around', async () => {
    const { index } = openIndex(makeFolder());
    await index.replace(ann, 's', [
      makePassage('s:1:0', 'The hall is of wood; its town is not an old one.', { firstWord: 0, lastWord: 10 }),
      makePassage('s:1:1', 'They meet in the old town hall which is of wood.', { firstWord: 20, lastWord: 30 }),
    ]);
    const places = async (text: string) => (await find(index, text)).hits.map(({ passage }) => passage.id);
    expect(await places('old town hall')).toEqual(['s:1:1', 's:1:0']);

    await index.replace(ann, 's', [
      makePassage('s:1:0', 'Tides come and go.', { firstWord: 0, lastWord: 3 }),
      makePassage('s:1:1', 'Bread is baked now.', { firstWord: 4, lastWord: 7 }),
      makePassage('s:1:2', 'Tides rise and fall.', { firstWord: 8, lastWord: 11 }),
      makePassage('s:1:3', 'The tides of spring.', { firstWord: 12, lastWord: 15 }),
      makePassage('s:1:4', 'All tides are high.', { firstWord: 16, lastWord: 19 }),
    ]);
    expect((await places('tides'))[0]).toBe('s:1:3');
  });

  it('keeps what it was given when it is closed and opened again', async () => {
    const folder = makeFolder();
    const first = openIndex(folder);
    await first.index.replace(ann, 's', [tides]);
    await first.index.close();
    expect(first).toMatchObject({ emptied: 1, events: ['search.index-made'] });

    const second = openIndex(folder);
    expect((await find(second.index, 'tides')).hits[0]?.passage).toEqual(tides);
    expect(second).toMatchObject({ emptied: 0, events: [] });
  });

  it('starts its threads anew after they ended for want of work', async () => {
    const { index } = openIndex(makeFolder(), 0);
    await index.replace(ann, 's', [tides]);
    for (let round = 0; round < 3; round++) expect((await find(index, 'tides')).hits).toHaveLength(1);
  });

  it('replaces a file that is no database, says so, and works', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'search.db'), 'this was never a database, whatever its name says. '.repeat(100));
    const opened = openIndex(folder);
    expect(await opened.index.count(ann)).toBe(0);
    expect(opened).toMatchObject({ emptied: 1, events: ['search.index-recreated'] });
    await opened.index.replace(ann, 's', [tides]);
    expect((await find(opened.index, 'tides')).hits).toHaveLength(1);
  });

  it('replaces a file that is damaged while it is in use, once for all calls that meet the damage', async () => {
    const folder = makeFolder();
    const before = openIndex(folder);
    const passages = Array.from({ length: 300 }, (_, number) => makePassage(`s:1:${number}`, `tide ${number}`));
    await before.index.replace(ann, 's', passages);
    await before.index.close();

    const opened = openIndex(folder);
    await opened.index.count(ann);
    writeFileSync(join(folder, 'search.db'), Buffer.alloc(200_000, 0xa5));
    const replies = await Promise.all([1, 2, 3, 4].map(() => find(opened.index, 'tide')));
    expect(replies.map((reply) => reply.hits)).toEqual([[], [], [], []]);
    expect(opened.events).toEqual(['search.index-recreated']);
    expect(opened.emptied).toBe(1);
    await opened.index.replace(ann, 's', [tides]);
    expect((await find(opened.index, 'tides')).hits).toHaveLength(1);
  });

  it('says that search is unavailable when the folder cannot be used, without naming it', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    const { index } = openIndex(join(folder, 'file', 'below'));
    const error: unknown = await index.check().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'search_unavailable' });
    expect(error).not.toMatchObject({ detail: expect.stringContaining(folder) });
  });

  it('searches while it writes', async () => {
    const { index } = openIndex(makeFolder());
    await index.replace(ann, 's', [tides]);
    await find(index, 'tides');
    // Writing 8,000 passages takes about a second, a search some milliseconds.
    const many = Array.from({ length: 8000 }, (_, number) => makePassage(`big:1:${number}`, `wave number ${number} rolls in`));
    const finished: string[] = [];
    const writing = index.replace(ann, 'big', many).finally(() => finished.push('write'));
    expect((await find(index, 'tides').finally(() => finished.push('search'))).hits).toHaveLength(1);
    await writing;
    expect(finished).toEqual(['search', 'write']);
    expect(await index.count(ann)).toBe(8001);
  });
});
