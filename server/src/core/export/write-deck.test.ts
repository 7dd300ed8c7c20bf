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
    const seen = new Set<string>();
    for (const { clip } of cards) {
      if (!clip || seen.has(clip.name)) continue;
      seen.add(clip.name);
      const sound = await clipOf(clip);
      yield Buffer.from(`${clip.name}:${sound?.bytes.length ?? 'none'} `);
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

test('the decoder is asked once for all clips of a recording, in the order of the cards', async () => {
  const asked: unknown[] = [];
  const { deps } = await makeDeps();
  const clips: MediaDecoder['clips'] = (path, spans, signal) => {
    asked.push(spans.map(({ startMs }) => startMs));
    return deps.decoder.clips(path, spans, signal);
  };
  const deck = makeDeck([span('one', 900), span('one', 100), span('one', 900), span('one', 500)]);
  await writeDeck({ ...deps, decoder: { clips } }, { scope, deck, sources, blobKey: 'exports/deck' }, never);
  expect(asked).toEqual([[900, 100, 500]]);
});

test('a clip that the renderer passes over shifts no other card to the wrong words', async () => {
  const lengths = [300, 500, 700];
  const spans = lengths.map((lengthMs, index) => ({ ...span('one', index * 300), endMs: index * 300 + lengthMs }));
  const given: (number | undefined)[] = [];
  const choosy: CardDeckRenderer = {
    async *render({ cards }, clipOf) {
      for (const { clip } of cards.slice(1)) given.push(clip ? (await clipOf(clip))?.bytes.length : undefined);
      yield new Uint8Array(1);
    },
  };
  const { deps } = await makeDeps({ renderer: choosy });
  await writeDeck(deps, { scope, deck: makeDeck(spans), sources, blobKey: 'exports/deck' }, never);
  expect(given).toEqual([500, 700].map((lengthMs) => 44 + lengthMs * 32));
});

test('a cancelled export leaves no file and ends with the reason', async () => {
  const stop = new AbortController();
  let ended = false;
  const clips: MediaDecoder['clips'] = async function* (_path, _spans, signal) {
    try {
      yield { extension: 'mp3', bytes: new Uint8Array(1) };
      stop.abort(new AppError('cancelled', 'Stopped.'));
      signal.throwIfAborted();
    } finally {
      ended = true;
    }
  };
  const { deps, blobs } = await makeDeps({ decoder: { clips } });
  const input = { scope, deck: makeDeck([span('one', 0), span('one', 200)]), sources, blobKey: 'exports/deck' };
  await expect(writeDeck(deps, input, stop.signal)).rejects.toThrow(/Stopped|abort/i);
  expect(await blobs.stat(scope, 'exports/deck')).toBeNull();
  expect(ended).toBe(true);
});

test('a recording that cannot be cut costs its sounds, not the deck', async () => {
  const { deps, blobs } = await makeDeps();
  const clips: MediaDecoder['clips'] = async function* (path, spans, signal) {
    let given = 0;
    for await (const clip of deps.decoder.clips(path, spans, signal)) {
      if (given++ === 1) throw new AppError('media_damaged', 'It breaks off.');
      yield clip;
    }
  };
  const deck = makeDeck([span('one', 0), span('one', 200), span('one', 400)]);
  await writeDeck({ ...deps, decoder: { clips } }, { scope, deck, sources, blobKey: 'exports/deck' }, never);
  const text = (await buffer(await blobs.read(scope, 'exports/deck'))).toString();
  expect(text).toBe('one-0:3244 one-200:none one-400:none ');
});

test('an error of ours while a clip is cut is not taken for a missing sound', async () => {
  // oxlint-disable-next-line require-yield -- it fails before it has anything to give
  const clips: MediaDecoder['clips'] = async function* () {
    throw new TypeError('a mistake');
  };
  const { deps } = await makeDeps({ decoder: { clips } });
  const input = { scope, deck: makeDeck([span('one', 0)]), sources, blobKey: 'exports/deck' };
  await expect(writeDeck(deps, input, never)).rejects.toThrow('a mistake');
});
