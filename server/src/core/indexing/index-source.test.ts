import { describe, expect, it } from 'vitest';
import { HashEmbedder } from '../../../testkit/hash-embedder.ts';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { makeShelf, type Shelf } from '../../../testkit/shelf.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { ownerScope } from '../domain/scope.ts';
import { indexSource, putPassages, type IndexSourceDeps, type IndexSourceResult } from './index-source.ts';

const scope = ownerScope('ann');
/** 50 sentences of 70 words: as many passages. */
const lecture = Array.from({ length: 50 }, (_, number) => `tide${number} ${'water '.repeat(69).trim()}`);

function makeDeps(shelf: Shelf): IndexSourceDeps & { searchIndex: MemorySearchIndex; embedder: HashEmbedder } {
  return { store: shelf.store, searchIndex: new MemorySearchIndex(), embedder: new HashEmbedder() };
}

function index(deps: IndexSourceDeps, textVersion = 1, signal = new AbortController().signal): Promise<IndexSourceResult> {
  return indexSource(deps, { scope, sourceId: 'source', textVersion, onProgress: () => {} }, signal);
}

/** Where a text is found: version, and first word. */
async function found(deps: { searchIndex: MemorySearchIndex }, text: string): Promise<string[]> {
  const query = { text, vector: null, filter: {}, limit: 5 };
  const { hits } = await deps.searchIndex.search(scope, query, new AbortController().signal);
  return hits.map(({ passage }) => `${passage.textVersion}:${passage.firstWord}`);
}

describe('indexing a source', () => {
  it('makes its passages searchable by words and meaning, with titles', async () => {
    const deps = makeDeps(makeShelf(makeTranscript(lecture)));
    expect(await index(deps)).toEqual({ sourceId: 'source', textVersion: 1, passages: 50, withMeaning: 50 });
    expect(await found(deps, 'tide7')).toEqual(['1:490']);
    expect(await found(deps, 'physics')).toHaveLength(5);
    expect(await deps.searchIndex.withoutVector(scope, 'hash', 'source')).toEqual([]);
  });

  it('goes on after the passages that have their vector when it was stopped', async () => {
    const deps = makeDeps(makeShelf(makeTranscript(lecture)));
    const controller = new AbortController();
    const fractions: number[] = [];
    const onProgress = (fraction: number): void => {
      fractions.push(fraction);
      if (fractions.length === 2) controller.abort();
    };
    const stopped = indexSource(deps, { scope, sourceId: 'source', textVersion: 1, onProgress }, controller.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(fractions).toEqual([0, 16 / 50]);
    expect(await found(deps, 'tide49')).toEqual(['1:3430']);

    expect(await index(deps)).toMatchObject({ passages: 50, withMeaning: 50 });
    expect(deps.embedder.heard.passage).toHaveLength(50);
  });

  it('embeds only what a new version changed', async () => {
    const shelf = makeShelf(makeTranscript(lecture));
    const deps = makeDeps(shelf);
    await index(deps);
    const corrected = lecture.map((sentence, number) => (number === 20 ? sentence.replace('tide20', 'flood') : sentence));
    const again = { ...deps, store: makeShelf(makeTranscript(corrected, { version: 2 })).store };
    expect(await index(again, 2)).toMatchObject({ passages: 50, withMeaning: 50 });
    expect(deps.embedder.heard.passage).toHaveLength(51);
    expect(await found(again, 'tide7')).toEqual(['2:490']);
    expect(await found(again, 'tide20')).toEqual([]);
  });

  it('embeds nothing in a language the embedder does not know, or without one', async () => {
    const german = makeDeps(makeShelf(makeTranscript(lecture, { language: 'de' })));
    expect(await index(german)).toMatchObject({ passages: 50, withMeaning: 0 });
    expect(german.embedder.heard.passage).toEqual([]);
    expect(await found(german, 'tide3')).toEqual(['1:210']);

    const wordsOnly = { ...makeDeps(makeShelf(makeTranscript(lecture))), embedder: null };
    expect(await index(wordsOnly)).toMatchObject({ passages: 50, withMeaning: 0 });
  });

  it('embeds captions that do not say their language, unless they are plainly in another than the embedder knows', async () => {
    const english = makeDeps(makeShelf(makeTranscript(['The tides rise twice a day.'], { language: 'und' })));
    expect(await index(english)).toMatchObject({ passages: 1, withMeaning: 1 });
    const chinese = makeShelf(makeTranscript(['潮汐是由月球的引力引起的'], { language: 'und' }));
    expect(await index(makeDeps(chinese))).toMatchObject({ passages: 1, withMeaning: 0 });
    const deps = makeDeps(chinese);
    const polyglot = Object.assign(new HashEmbedder(), { languages: 'any' as const });
    expect(await index({ ...deps, embedder: polyglot })).toMatchObject({ passages: 1, withMeaning: 1 });
  });

  it('puts nothing in for a version that has been replaced', async () => {
    const deps = makeDeps(makeShelf(makeTranscript(lecture), makeTranscript(['A new text.'], { version: 2 })));
    await index(deps, 2);
    expect(await index(deps, 1)).toMatchObject({ passages: 0 });
    expect(await found(deps, 'text')).toEqual(['2:0']);
    expect(await found(deps, 'tide3')).toEqual([]);
  });

  it('removes what it had of a source that is gone, and keeps one in the trash', async () => {
    const shelf = makeShelf(makeTranscript(['The tides rise.']));
    const deps = makeDeps(shelf);
    if (shelf.source) shelf.source = { ...shelf.source, deletedAt: 5 };
    expect(await index(deps)).toMatchObject({ passages: 1 });
    shelf.source = null;
    expect(await index(deps)).toMatchObject({ passages: 0 });
    expect(await deps.searchIndex.count(scope)).toBe(0);
  });

  it('is found by words after the first half already', async () => {
    const deps = makeDeps(makeShelf(makeTranscript(lecture)));
    expect(await putPassages(deps, { scope, sourceId: 'source', textVersion: 1 }, new AbortController().signal)).toBe(50);
    expect(await found(deps, 'tide7')).toEqual(['1:490']);
    expect(deps.embedder.heard.passage).toEqual([]);
  });
});
