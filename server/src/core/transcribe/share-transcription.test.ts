import { beforeEach, describe, expect, it } from 'vitest';
import { aJob, aSource } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { ReplayTranscriber, type ReplayOptions } from '../../../testkit/replay-transcriber.ts';
import { silence } from '../../../testkit/sound.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { SAMPLE_RATE, type AudioChunk } from '../domain/audio.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { wordsOf } from '../domain/transcript.ts';
import type { PartHolder, Store } from '../ports/store.ts';
import { helpTranscribe, transcribe, type TranscribeInput } from './transcribe.ts';

const scope = ownerScope(LOCAL_OWNER);
const CHUNKS = 12;
const TEXT = Array.from({ length: CHUNKS }, (_, i) => `w${2 * i}`);
const LEASE_MS = 10_000;

async function* audio(): AsyncGenerator<AudioChunk, { durationMs: number }> {
  for (let index = 0; index < CHUNKS; index++) {
    const span = { startSample: 2 * index * SAMPLE_RATE, endSample: (2 * index + 1) * SAMPLE_RATE };
    yield { index, ...span, utterances: [span], samples: silence(1_000) };
  }
  return { durationMs: CHUNKS * 2_000 };
}

describe('a recording that several jobs transcribe', () => {
  let store: Store;
  let clock: ManualClock;
  beforeEach(async () => {
    [store, clock] = [await stockedStore(), new ManualClock()];
  });

  async function worker(id: string, options: ReplayOptions = {}) {
    await store.jobs.insert(scope, aJob({ id, kind: id }));
    const job = await store.jobs.claim({ kinds: [id], workerId: id, now: clock.now(), leaseMs: LEASE_MS, executedBy: 'worker' });
    const holder = { jobId: id, token: job?.lease?.token ?? 0 };
    return { holder, stop: new AbortController(), transcriber: new ReplayTranscriber({ timesRealTime: Infinity, ...options }) };
  }
  type Worker = Awaited<ReturnType<typeof worker>>;

  const depsOf = ({ transcriber }: Worker) => ({
    store,
    clock,
    transcriber,
    metrics: { transcribed: () => {}, modelLoaded: () => {} },
  });
  const inputOf = (holder: PartHolder, onBegin?: TranscribeInput['onBegin']): TranscribeInput => ({
    scope,
    source: aSource(),
    options: { model: null, language: null, task: 'transcribe', vocabulary: [] },
    audio,
    audioKey: 'decode:1',
    onChunk: async () => {},
    holder,
    ...(onBegin && { onBegin }),
  });

  /** The main job with helpers that begin when it calls them. */
  async function together(main: Worker, helpers: readonly Worker[]): Promise<{ words: string[]; helped: number[] }> {
    const helping: Promise<number>[] = [];
    const onBegin = async (outputKey: string): Promise<void> => {
      for (const helper of helpers)
        helping.push(
          helpTranscribe(depsOf(helper), { ...inputOf(helper.holder), outputKey }, helper.stop.signal).catch(() => -1),
        );
    };
    let done = false;
    const running = transcribe(depsOf(main), inputOf(main.holder, onBegin), main.stop.signal).finally(() => (done = true));
    await clock.advanceUntil(() => done, { stepMs: 500, limitMs: 60_000 });
    const transcript = await store.transaction(await running);
    return {
      words: wordsOf(transcript).map((word) => word.text.toLowerCase().replace(/\W/g, '')),
      helped: await Promise.all(helping),
    };
  }

  it('is whole, and no chunk is heard twice', async () => {
    const [main, one, two] = [await worker('main'), await worker('one'), await worker('two')];
    const { words, helped } = await together(main, [one, two]);
    expect(words).toEqual(TEXT);
    const heard = [main, one, two].flatMap(({ transcriber }) => transcriber.calls);
    expect(heard.toSorted((a, b) => a - b)).toEqual(Array.from({ length: CHUNKS }, (_, i) => i));
    for (const { transcriber } of [main, one, two]) expect(transcriber.calls.length).toBeGreaterThan(0);
    expect(helped).toEqual([one.transcriber.calls.length, two.transcriber.calls.length]);
  });

  it('loses only the chunk in work when a helper dies', async () => {
    const main = await worker('main');
    // Its process is gone: it neither answers nor beats any more.
    const begun = Promise.withResolvers<void>();
    const dead = await worker('dead', {
      before: () => {
        begun.resolve();
        return new Promise<never>(() => {});
      },
    });
    const keepMainAlive = clock.advance.bind(clock);
    clock.advance = async (ms) => {
      await store.jobs.heartbeat({ ...main.holder, workerId: 'main' }, { now: clock.now(), leaseMs: LEASE_MS });
      await keepMainAlive(ms);
    };
    const helping = new AbortController();
    let done = false;
    const running = transcribe(
      depsOf(main),
      inputOf(main.holder, async (outputKey) => {
        void helpTranscribe(depsOf(dead), { ...inputOf(dead.holder), outputKey }, helping.signal).catch(() => {});
        await begun.promise;
      }),
      main.stop.signal,
    ).finally(() => (done = true));
    await clock.advanceUntil(() => done, { stepMs: 500, limitMs: 60_000 });
    const transcript = await store.transaction(await running);
    expect(wordsOf(transcript)).toHaveLength(CHUNKS);
    const [lost] = dead.transcriber.calls;
    expect(dead.transcriber.calls).toHaveLength(1);
    expect(main.transcriber.calls.at(-1)).toBe(lost);
    expect(main.transcriber.calls).toHaveLength(CHUNKS);
  });

  it('is left alone by a helper whose engine would give other words', async () => {
    const helper = await worker('one');
    const input = { ...inputOf(helper.holder), outputKey: 'transcribe:another' };
    expect(await helpTranscribe(depsOf(helper), input, helper.stop.signal)).toBe(0);
    expect(helper.transcriber.calls).toEqual([]);
  });

  it('is left alone by a helper that comes when it is done', async () => {
    const [main, late] = [await worker('main'), await worker('late')];
    let key = '';
    const commit = await transcribe(
      depsOf(main),
      inputOf(main.holder, async (outputKey) => void (key = outputKey)),
      main.stop.signal,
    );
    await store.transaction(commit);
    expect(await helpTranscribe(depsOf(late), { ...inputOf(late.holder), outputKey: key }, late.stop.signal)).toBe(0);
    expect(late.transcriber.calls).toEqual([]);
  });
});
