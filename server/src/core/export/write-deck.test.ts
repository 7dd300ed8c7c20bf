import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryMediaDecoder } from '../../../testkit/memory-media-decoder.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { tone, wavFile } from '../../../testkit/sound.ts';
import { AppError } from '../domain/app-error.ts';
import type { CardDeck, ClipSpan } from '../domain/card-deck.ts';
import type { Source } from '../domain/library.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { CardDeckRenderer } from '../ports/export-renderers.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import { writeDeck, type WriteDeckDeps } from './write-deck.ts';

const scope = ownerScope(LOCAL_OWNER);
const never = new AbortController().signal;

function makeSource(id: string): Source {
  const facts = {
    lectureId: 'lec',
    kind: 'recording',
    title: id,
    fileName: `${id}.wav`,
    mediaType: 'audio/wav',
    sizeBytes: 1,
    sha256: '',
  } as const;
  return {
    ...facts,
    id,
    ownerId: LOCAL_OWNER,
    blobKey: `sources/${id}`,
    url: null,
    durationMs: 2_000,
    createdAt: 0,
    deletedAt: null,
  };
}

function makeDeck(spans: readonly ClipSpan[]): CardDeck {
  const cards = spans.map((clip, index) => ({
    guid: String(index),
    content: { kind: 'basic', front: 'a', back: 'b' } as const,
    source: '',
    url: null,
    tags: [],
    clip,
  }));
  return { id: 'deck', path: ['Scholium'], cards, madeAt: 0 };
}

function span(sourceId: string, startMs: number): ClipSpan {
  return { name: `${sourceId}-${startMs}`, sourceId, startMs, endMs: startMs + 100 };
}

/** Writes the name and the size of each sound. */
const listing: CardDeckRenderer = {
  async *render({ cards }, clipOf) {
    for (const { clip } of cards) {
      const sound = clip && (await clipOf(clip));
      yield Buffer.from(`${clip?.name}:${sound?.bytes.length ?? 'none'} `);
    }
  },
};

async function makeDeps(over: Partial<WriteDeckDeps> = {}) {
  const blobs = memoryBlobs();
  for (const id of ['one', 'two']) await blobs.put(scope, `sources/${id}`, Readable.from([wavFile(tone(2_000))]));
  const opened: string[] = [];
  const withFile: typeof blobs.withFile = (owner, key, work) => {
    opened.push(key);
    return blobs.withFile(owner, key, work);
  };
  const store = { holdings: { find: async () => null } };
  const deps = {
    store,
    blobs: { ...blobs, withFile },
    decoder: memoryMediaDecoder(),
    renderer: listing,
    log: silentLog,
    ...over,
  };
  return { deps, blobs, opened };
}

const sources = [makeSource('one'), makeSource('two'), makeSource('gone')];

test('each recording is opened once for all of its clips, and one that is not heard not at all', async () => {
  const { deps, blobs, opened } = await makeDeps();
  const deck = makeDeck([span('two', 0), span('one', 0), span('two', 500), span('gone', 0)]);
  await writeDeck(deps, { scope, deck, sources, blobKey: 'exports/deck' }, never);
  const text = (await buffer(await blobs.read(scope, 'exports/deck'))).toString();
  expect(text).toBe('two-0:3244 one-0:3244 two-500:3244 gone-0:none ');
  expect(opened.toSorted()).toEqual(['sources/one', 'sources/two']);
  opened.length = 0;
  await writeDeck(deps, { scope, deck: makeDeck([span('one', 0)]), sources, blobKey: 'exports/deck' }, never);
  expect(opened).toEqual(['sources/one']);
});

test('two clips are cut at a time, and no more', async () => {
  let running = 0;
  let most = 0;
  const clip: MediaDecoder['clip'] = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { extension: 'mp3', bytes: new Uint8Array(1) };
  };
  const { deps } = await makeDeps({ decoder: { clip } });
  const deck = makeDeck(Array.from({ length: 12 }, (_, index) => span('one', index * 100)));
  await writeDeck(deps, { scope, deck, sources, blobKey: 'exports/deck' }, never);
  expect(most).toBe(2);
});

test('a cancelled export leaves no file and ends with the reason', async () => {
  const stop = new AbortController();
  const clip: MediaDecoder['clip'] = async (_path, _span, signal) => {
    stop.abort(new AppError('cancelled', 'Stopped.'));
    signal.throwIfAborted();
    throw new Error('not reached');
  };
  const { deps, blobs } = await makeDeps({ decoder: { clip } });
  const input = { scope, deck: makeDeck([span('one', 0), span('one', 200)]), sources, blobKey: 'exports/deck' };
  await expect(writeDeck(deps, input, stop.signal)).rejects.toThrow(/Stopped|abort/i);
  expect(await blobs.stat(scope, 'exports/deck')).toBeNull();
});

test('an error of ours while a clip is cut is not taken for a missing sound', async () => {
  const clip: MediaDecoder['clip'] = async () => {
    throw new TypeError('a mistake');
  };
  const { deps } = await makeDeps({ decoder: { clip } });
  await expect(
    writeDeck(deps, { scope, deck: makeDeck([span('one', 0)]), sources, blobKey: 'exports/deck' }, never),
  ).rejects.toThrow('a mistake');
});
