import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diarizerConformance } from '../../../testkit/diarizer.conformance.ts';
import { childrenOf } from '../../../testkit/processes.ts';
import { joined, silence, tone } from '../../../testkit/sound.ts';
import { speakerEmbeddingModel, speakerSegmentationModel } from '../../../testkit/speech-models/diarization-models.ts';
import { writeModel } from '../../../testkit/speech-models/write-model.ts';
import type { AudioChunk } from '../../core/domain/audio.ts';
import { createSherpaDiarizer, type SherpaDiarizerOptions } from './sherpa-diarizer.ts';

const never = new AbortController().signal;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-diarizer-'));
  await writeModel(join(folder, 'segments'), { 'model.onnx': speakerSegmentationModel() });
  await writeModel(join(folder, 'prints'), { 'model.onnx': speakerEmbeddingModel() });
  await writeModel(join(folder, 'damaged'), { 'model.onnx': 'not a model' });
});
afterAll(() => rm(folder, { recursive: true }));

function make(options: Partial<SherpaDiarizerOptions> = {}) {
  const locate = async (id: string) => (id === 'missing' ? null : { folder: join(folder, id), digest: id });
  return createSherpaDiarizer({
    locate,
    segmentationModel: 'segments',
    embeddingModel: 'prints',
    device: 'cpu',
    threads: 1,
    ...options,
  });
}

const [LOW, HIGH] = [300, 1_500];

/** Tones, each an utterance of its own with a second of silence after it. */
function speech(...tones: readonly (readonly [ms: number, hertz: number])[]): AudioChunk[] {
  let at = 0;
  return tones.map(([ms, hertz], index) => {
    const samples = joined(tone(ms, hertz), silence(1_000));
    const [startSample, endSample] = [at, at + samples.length];
    at = endSample;
    return { index, startSample, endSample, samples, utterances: [{ startSample, endSample: endSample - 16_000 }] };
  });
}

diarizerConformance('the sherpa diarizer', () => ({
  diarizer: make,
  chunks: async () => speech([6_000, LOW], [5_000, HIGH], [4_000, LOW]),
  changesMs: () => [7_000, 13_000],
  toleranceMs: 300,
}));

describe('the sherpa diarizer', () => {
  it('knows voices again in later windows, by their prints', async () => {
    const chunks = speech([6_000, LOW], [6_000, HIGH], [6_000, HIGH], [6_000, LOW]);
    const { turns, voices } = await make({ windowMs: 14_000 }).diarize(inOrder(chunks), { speakers: null }, never);
    expect(turns.map(({ speaker }) => speaker).filter((one, i, all) => one !== all[i - 1])).toEqual(['S1', 'S2', 'S1']);
    expect(voices.map(({ embedding }) => embedding?.space)).toEqual(['prints:prints', 'prints:prints']);
    const one = await make({ windowMs: 14_000 }).diarize(inOrder(chunks), { speakers: 1 }, never);
    expect(one.voices).toHaveLength(1);
  });

  it('leaves out hours of silence', async () => {
    const [first, second] = speech([6_000, LOW], [6_000, HIGH]);
    const hours = 5 * 3_600 * 16_000;
    const moved = {
      ...second!,
      startSample: second!.startSample + hours,
      endSample: second!.endSample + hours,
      utterances: second!.utterances.map((span) => ({
        startSample: span.startSample + hours,
        endSample: span.endSample + hours,
      })),
    };
    const { turns } = await make().diarize(inOrder([first!, moved]), { speakers: null }, never);
    expect(turns.map(({ speaker }) => speaker)).toEqual(['S1', 'S2']);
    expect(turns[1]?.startMs).toBeGreaterThan(5 * 3_600_000);
  });

  it('says how to get models that are not here, and which are damaged', async () => {
    const without = make({ embeddingModel: 'missing' });
    expect(await without.unavailable()).toContain('"scholium models pull missing"');
    expect(await without.unavailable()).not.toContain('segments');
    const neither = make({ segmentationModel: 'missing', embeddingModel: 'missing' });
    expect(await neither.unavailable()).toMatch(/scholium models pull missing.*scholium models pull missing/);
    await expect(without.diarize(inOrder([]), { speakers: null }, never)).rejects.toMatchObject({ code: 'model_missing' });
    await expect(without.digest()).rejects.toMatchObject({ code: 'model_missing' });
    const damaged = make({ segmentationModel: 'damaged' });
    const listening = damaged.diarize(inOrder(speech([2_000, LOW])), { speakers: null }, never);
    await expect(listening).rejects.toMatchObject({ code: 'model_unavailable' });
    expect(await make({ device: 'abacus' }).unavailable()).toMatch(/abacus/);
  });

  it('has another digest with another model', async () => {
    expect(await make().digest()).not.toBe(await make({ embeddingModel: 'damaged' }).digest());
    expect(await make().digest()).toBe(await make().digest());
  });

  it('leaves no process behind', async () => {
    await make().diarize(inOrder(speech([2_000, LOW])), { speakers: null }, never);
    expect(await childrenOf(process.pid, /diarizer-process/)).toEqual([]);
  });
});

async function* inOrder(chunks: readonly AudioChunk[]): AsyncGenerator<AudioChunk> {
  yield* chunks;
}
