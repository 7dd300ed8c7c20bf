import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { liveTranscriberConformance } from '../../../testkit/live-transcriber.conformance.ts';
import { blocksOf, joined, noise, silence } from '../../../testkit/sound.ts';
import { LOUD_SENTENCE, QUIET_SENTENCE } from '../../../testkit/speech-models/known-sentences.ts';
import { streamingCtcModel } from '../../../testkit/speech-models/streaming-ctc-model.ts';
import { whisperModel } from '../../../testkit/speech-models/whisper-model.ts';
import { writeModel } from '../../../testkit/speech-models/write-model.ts';
import type { LiveText, LiveTranscriber } from '../../core/ports/live-transcriber.ts';
import type { EngineModel } from '../speech-engine/choose-model.ts';
import { createSherpaLiveTranscriber } from './sherpa-live-transcriber.ts';

const never = new AbortController().signal;
const asItIs = { model: null, language: null };
const STREAMING: EngineModel = { id: 'streaming', names: [], languages: ['en'], translates: false };
const WHISPER: EngineModel = { id: 'whisper-tiny', names: ['tiny'], languages: 'any', translates: true };
// As long as the model takes for its sentences: it begins anew after 0.8 s in which it hears no word.
const LOUD = noise(2_200, 10_000);
const QUIET = noise(1_900, 300);

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'scholium-sherpa-live-'));
  await writeModel(join(root, STREAMING.id), streamingCtcModel());
  await writeModel(join(root, WHISPER.id), whisperModel());
});
afterAll(() => rm(root, { recursive: true, force: true }));

function engine(models: readonly EngineModel[] = [STREAMING]): LiveTranscriber {
  return createSherpaLiveTranscriber({
    models,
    locate: async (id) => ({ folder: join(root, id), digest: id }),
    threads: 1,
  });
}

/** What is told of a sound that comes in blocks of 100 ms. */
async function hear(sound: Int16Array): Promise<LiveText[]> {
  const session = await engine().open(asItIs, never);
  const told: LiveText[] = [];
  for (const block of blocksOf(sound, 1_600)) told.push(await session.accept(block));
  told.push(await session.flush());
  await session.close();
  return told;
}

const wordsOf = (told: readonly LiveText[]): string =>
  told
    .flatMap(({ words }) => words)
    .map(({ text }) => text)
    .join(' ');

liveTranscriberConformance('sherpa on a stream', () => ({
  transcriber: engine(),
  speech: async () => joined(LOUD, silence(1_500), QUIET),
}));

describe('sherpa on a stream', () => {
  it('tells what seems to be said while it is said, and words once it is over', async () => {
    const told = await hear(joined(LOUD, silence(1_500), QUIET));
    expect(wordsOf(told)).toBe(`${LOUD_SENTENCE} ${QUIET_SENTENCE}`);
    const partials = [...new Set(told.map(({ partial }) => partial))];
    expect(partials).toContain('The sea');
    expect(partials).toContain('Nobody was');
    expect(told.at(-1)?.partial).toBe('');
    // The first sentence is final before the second one begins.
    const ended = told.findIndex(({ words }) => words.length > 0);
    expect(ended).toBeLessThan(40);
    expect(told[ended]?.partial).toBe('');
  });

  it('tells times from the start of the stream, in order', async () => {
    const words = (await hear(joined(LOUD, silence(1_500), QUIET))).flatMap((told) => told.words);
    const starts = words.map(({ startMs }) => startMs);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBeLessThan(400);
    const second = words.find(({ text }) => text === 'Nobody');
    // It began at 3.7 s; the model hears windows of 320 ms.
    expect(second?.startMs).toBeGreaterThanOrEqual(3_300);
    expect(second?.startMs).toBeLessThanOrEqual(4_100);
    for (const { startMs, endMs } of words) expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual(5_600);
  });

  it('ends its process when it is aborted or closed, within a second', async () => {
    for (const end of ['abort', 'close'] as const) {
      const stop = new AbortController();
      const session = await engine().open(asItIs, stop.signal);
      const [pid] = await childrenOf(process.pid, /live-process/);
      if (end === 'abort') stop.abort(new Error('stopped'));
      else await session.close();
      await expect.poll(() => isRunning(pid!), { timeout: 1_000, interval: 10 }).toBe(false);
      if (end === 'abort') await expect(session.accept(LOUD)).rejects.toThrow('stopped');
      await session.close();
    }
  });

  it('fails, and does not hang, when its process dies', async () => {
    const session = await engine().open(asItIs, never);
    const [pid] = await childrenOf(process.pid, /live-process/);
    process.kill(pid!, 'SIGKILL');
    await expect(session.accept(LOUD)).rejects.toMatchObject({ code: 'engine_failed' });
    await session.close();
  });

  it('says that a model for recordings does not hear a stream', async () => {
    await expect(engine([WHISPER]).open(asItIs, never)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(engine().open({ model: null, language: 'de' }, never)).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});
