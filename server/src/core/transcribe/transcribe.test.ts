import { describe, expect, it } from 'vitest';
import { aSource } from '../../../testkit/builders.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { ReplayTranscriber } from '../../../testkit/replay-transcriber.ts';
import { silence } from '../../../testkit/sound.ts';
import { AppError } from '../domain/app-error.ts';
import { SAMPLE_RATE, type AudioChunk } from '../domain/audio.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { wordsOf } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import { transcribe } from './transcribe.ts';

const scope = ownerScope(LOCAL_OWNER);
const never = new AbortController().signal;
const CHUNKS = 6;
const TEXT = Array.from({ length: CHUNKS }, (_, i) => `w${2 * i}`);

/** Chunks of one second of speech, one every two seconds; `read` counts those that were asked for. */
class Recording {
  read = 0;
  closed = false;
  readonly #before: (index: number) => Promise<void> | void;

  constructor(before: (index: number) => Promise<void> | void = () => {}) {
    this.#before = before;
  }

  async *audio(): AsyncGenerator<AudioChunk, { durationMs: number }> {
    try {
      for (let index = 0; index < CHUNKS; index++) {
        await this.#before(index);
        this.read += 1;
        const span = { startSample: 2 * index * SAMPLE_RATE, endSample: (2 * index + 1) * SAMPLE_RATE };
        yield { index, ...span, utterances: [span], samples: silence(1_000) };
      }
      return { durationMs: CHUNKS * 2_000 };
    } finally {
      this.closed = true;
    }
  }
}

interface Setting {
  readonly store?: Store;
  readonly transcriber: ReplayTranscriber;
  readonly recording?: Recording;
  readonly signal?: AbortSignal;
  readonly source?: ReturnType<typeof aSource>;
  readonly onChunk?: (done: { endMs: number }) => Promise<void>;
  /** What was told of engines that became ready. */
  readonly loaded?: object[];
  readonly now?: () => number;
}

async function run({ transcriber, recording = new Recording(), ...rest }: Setting): Promise<string[]> {
  const store = rest.store ?? (await stockedStore());
  const commit = await transcribe(
    {
      store,
      transcriber,
      clock: { now: rest.now ?? (() => 5_000), sleep: async () => {} },
      metrics: { transcribed: () => {}, modelLoaded: (fields) => void rest.loaded?.push(fields) },
    },
    {
      scope,
      source: rest.source ?? aSource(),
      options: { model: null, language: null, task: 'transcribe', vocabulary: [] },
      audio: () => recording.audio(),
      holder: null,
      audioKey: 'decode:1',
      onChunk: rest.onChunk ?? (async () => {}),
    },
    rest.signal ?? never,
  );
  return wordsOf(await store.transaction(commit)).map((word) => word.text.toLowerCase().replace(/\W/g, ''));
}

describe('transcribe', () => {
  it('turns all chunks into one transcript with its length and engine', async () => {
    const store = await stockedStore();
    const transcriber = new ReplayTranscriber();
    expect(await run({ store, transcriber })).toEqual(TEXT);
    expect(await store.transcripts.latest(scope, 'src_1')).toMatchObject({
      version: 1,
      engine: 'replay',
      model: 'replay',
      language: 'en',
      durationMs: CHUNKS * 2_000,
    });
    expect(transcriber.openSessions).toBe(0);
  });

  it('puts parts into the order of the recording, whatever the order in which they are done', async () => {
    const gates = Array.from({ length: CHUNKS }, () => Promise.withResolvers<void>());
    const done: number[] = [];
    const transcriber = new ReplayTranscriber({ concurrency: CHUNKS, before: ({ index }) => gates[index]?.promise });
    const running = run({
      transcriber,
      onChunk: async ({ endMs }) => {
        done.push((endMs - 1_000) / 2_000);
        gates[done.at(-1)! - 1]?.resolve();
      },
      recording: new Recording((index) => {
        if (index === CHUNKS - 1) gates[index]?.resolve();
      }),
    });
    expect(await running).toEqual(TEXT);
    expect(done).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('tells how long the engine took to load its model', async () => {
    const loaded: object[] = [];
    let time = 0;
    await run({ transcriber: new ReplayTranscriber(), loaded, now: () => (time += 100) });
    expect(loaded).toEqual([{ engine: 'replay', model: 'replay', durationMs: 100 }]);
  });

  it('keeps as many chunks in work as the engine says, and no more', async () => {
    for (const concurrency of [1, 3]) {
      const transcriber = new ReplayTranscriber({ concurrency, timesRealTime: 100 });
      await run({ transcriber });
      expect(transcriber.mostInWork).toBe(concurrency);
    }
  });

  it('reads sound no further ahead than the engine can take it', async () => {
    const gate = Promise.withResolvers<void>();
    const recording = new Recording();
    const transcriber = new ReplayTranscriber({ concurrency: 2, before: () => gate.promise });
    const running = run({ transcriber, recording });
    await expect.poll(() => transcriber.inWork).toBe(2);
    expect(recording.read).toBe(2);
    gate.resolve();
    expect(await running).toEqual(TEXT);
  });

  it.each([1, 2, 3])('does not lose a chunk that fails, and keeps the others (concurrency %d)', async (concurrency) => {
    const store = await stockedStore();
    const failing = new ReplayTranscriber({
      concurrency,
      before: ({ index }) => {
        if (index === 2) throw new AppError('engine_failed', 'It stopped.');
      },
    });
    const recording = new Recording();
    await expect(run({ store, transcriber: failing, recording })).rejects.toMatchObject({ code: 'engine_failed' });
    expect(recording.closed).toBe(true);
    expect(await store.transcripts.latest(scope, 'src_1')).toBeNull();
    const again = new ReplayTranscriber({ concurrency });
    expect(await run({ store, transcriber: again })).toEqual(TEXT);
    expect(again.calls).toContain(2);
    expect(again.calls).not.toContain(0);
    expect(again.calls).not.toContain(1);
  });

  it('fails when a chunk fails while the next sound is awaited', async () => {
    const failed = Promise.withResolvers<void>();
    const transcriber = new ReplayTranscriber({
      concurrency: 3,
      before: ({ index }) => {
        if (index !== 1) return;
        failed.resolve();
        throw new AppError('engine_failed', 'It stopped.');
      },
    });
    // The failure is over before the next chunk comes.
    const recording = new Recording(async (index) => {
      if (index === 2) await failed.promise.then(() => new Promise((resolve) => setImmediate(resolve)));
    });
    await expect(run({ transcriber, recording })).rejects.toMatchObject({ code: 'engine_failed' });
  });

  it('goes on after the chunks that are done, without asking the engine for them again', async () => {
    const store = await stockedStore();
    const stop = new AbortController();
    const first = new ReplayTranscriber({
      before: ({ index }) => {
        if (index === 3) stop.abort(new AppError('cancelled', 'Stopped.'));
      },
    });
    await expect(run({ store, transcriber: first, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const second = new ReplayTranscriber();
    const told: number[] = [];
    expect(await run({ store, transcriber: second, onChunk: async ({ endMs }) => void told.push(endMs) })).toEqual(TEXT);
    expect(first.calls).toEqual([0, 1, 2, 3]);
    expect(second.calls).toEqual([3, 4, 5]);
    expect(told).toEqual([1_000, 3_000, 5_000, 7_000, 9_000, 11_000]);
  });

  it('does not ask the engine, nor read the sound, for a recording that is done', async () => {
    const store = await stockedStore();
    await run({ store, transcriber: new ReplayTranscriber() });
    const again = new ReplayTranscriber();
    const recording = new Recording();
    expect(await run({ store, transcriber: again, recording })).toEqual(TEXT);
    expect([again.calls, recording.read]).toEqual([[], 0]);
    expect((await store.transcripts.latest(scope, 'src_1'))?.version).toBe(1);
  });

  it('gives another source with the same bytes its own transcript without asking the engine', async () => {
    const twin = aSource({ id: 'src_2' });
    const store = await stockedStore([aSource(), twin]);
    await run({ store, transcriber: new ReplayTranscriber() });
    const again = new ReplayTranscriber();
    expect(await run({ store, transcriber: again, source: twin })).toEqual(TEXT);
    expect(again.calls).toEqual([]);
    expect((await store.transcripts.latest(scope, 'src_2'))?.version).toBe(1);
  });

  it('tells an error of the sound after what was heard before it is stored', async () => {
    const store = await stockedStore();
    const broken = new Recording((index) => {
      if (index === 4) throw new AppError('media_too_long', 'Too long.');
    });
    const first = new ReplayTranscriber();
    await expect(run({ store, transcriber: first, recording: broken })).rejects.toMatchObject({ code: 'media_too_long' });
    const second = new ReplayTranscriber();
    await run({ store, transcriber: second });
    expect(second.calls).toEqual([4, 5]);
    expect([first.openSessions, second.openSessions]).toEqual([0, 0]);
  });

  it('ends at once when it is aborted while the engine works', async () => {
    const stop = new AbortController();
    const recording = new Recording();
    const transcriber = new ReplayTranscriber({ timesRealTime: 0.001 });
    const running = run({ transcriber, recording, signal: stop.signal });
    await expect.poll(() => transcriber.inWork).toBe(1);
    stop.abort(new AppError('cancelled', 'Stopped.'));
    await expect(running).rejects.toBeDefined();
    expect([transcriber.inWork, transcriber.openSessions, recording.closed]).toEqual([0, 0, true]);
  });

  it('makes an empty transcript of a recording without speech', async () => {
    const store = await stockedStore();
    const transcriber = new ReplayTranscriber({ words: [] });
    expect(await run({ store, transcriber })).toEqual([]);
    expect((await store.transcripts.latest(scope, 'src_1'))?.segments).toEqual([]);
  });
});
