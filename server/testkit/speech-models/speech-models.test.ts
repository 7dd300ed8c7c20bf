import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joined, silence, tone } from '../sound.ts';
import { speakerEmbeddingModel, speakerSegmentationModel } from './diarization-models.ts';
import { writeModel } from './write-model.ts';

interface SherpaForVoices {
  OfflineSpeakerDiarization: new (config: object) => {
    process(samples: Float32Array): { start: number; end: number; speaker: number }[];
  };
}

/** The models for recordings and streams are tested where they are used: in `adapters/sherpa`. */
describe('the models for voices', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-voices-'));
    await writeModel(folder, { 'segmentation.onnx': speakerSegmentationModel(), 'embedding.onnx': speakerEmbeddingModel() });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('tell a low tone from a high one in the real engine, and know each again', () => {
    const sherpa = createRequire(import.meta.url)('sherpa-onnx-node') as SherpaForVoices;
    const engine = new sherpa.OfflineSpeakerDiarization({
      segmentation: { pyannote: { model: join(folder, 'segmentation.onnx') } },
      embedding: { model: join(folder, 'embedding.onnx') },
      clustering: { numClusters: -1, threshold: 0.5 },
      minDurationOn: 0.2,
      minDurationOff: 0.5,
    });
    const sound = joined(tone(5_000, 300), silence(1_000), tone(4_000, 1_500), silence(1_000), tone(4_000, 300));
    const turns = engine.process(Float32Array.from(sound, (sample) => sample / 32_768));
    expect(turns.map(({ speaker }) => speaker)).toEqual([turns[0]?.speaker, turns[1]?.speaker, turns[0]?.speaker]);
    expect(turns[1]?.speaker).not.toBe(turns[0]?.speaker);
    const expected = [0, 5, 6, 10, 11, 15];
    turns.flatMap(({ start, end }) => [start, end]).forEach((at, index) => expect(at).toBeCloseTo(expected[index] ?? NaN, 0));
  });
});
