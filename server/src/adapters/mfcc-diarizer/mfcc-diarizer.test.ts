import { beforeAll, describe, expect, it } from 'vitest';
import { diarizerConformance } from '../../../testkit/diarizer.conformance.ts';
import { joined, silence } from '../../../testkit/sound.ts';
import { highVoice, lowVoice } from '../../../testkit/voices.ts';
import { msToSamples, type AudioChunk } from '../../core/domain/audio.ts';
import { createMfccDiarizer } from './mfcc-diarizer.ts';

const never = new AbortController().signal;
let [low, high]: [Int16Array, Int16Array] = [new Int16Array(), new Int16Array()];

beforeAll(async () => {
  [low, high] = [await lowVoice(), await highVoice()];
});

/** Chunks that each hold some sound as one utterance, one after the other. */
function chunksOf(...sounds: readonly Int16Array[]): AudioChunk[] {
  let at = 0;
  return sounds.map((samples, index) => {
    const [startSample, endSample] = [at, at + samples.length];
    at = endSample;
    return { index, startSample, endSample, samples, utterances: [{ startSample, endSample }] };
  });
}

function cut(samples: Int16Array, fromMs: number, toMs: number): Int16Array {
  return samples.slice(msToSamples(fromMs), msToSamples(toMs));
}

/** Low for 10 s, high for 8 s, and low again without a pause. */
const conversation = (): AudioChunk[] => chunksOf(cut(low, 0, 10_000), joined(cut(high, 0, 8_000), cut(low, 10_000, 17_000)));

diarizerConformance('the approximate diarizer', () => ({
  diarizer: createMfccDiarizer,
  chunks: async () => conversation(),
  changesMs: () => [10_000, 18_000],
  toleranceMs: 500,
}));

describe('the approximate diarizer', () => {
  it('says that it is approximate, and gives no voice to know a person by', async () => {
    const diarizer = createMfccDiarizer();
    expect(diarizer.approximate).toBe(true);
    const { voices } = await diarizer.diarize(inOrder(conversation()), { speakers: null }, never);
    expect(voices.map(({ embedding }) => embedding)).toEqual([null, null]);
  });

  it('knows voices again in later windows of a long recording, and makes no more of them', async () => {
    const chunks = chunksOf(cut(low, 0, 11_000), cut(high, 0, 8_000), cut(low, 11_000, 22_000), cut(high, 8_000, 16_000));
    const diarizer = createMfccDiarizer({ windowMs: 18_000 });
    const { turns } = await diarizer.diarize(inOrder(chunks), { speakers: null }, never);
    expect(turns.map(({ speaker }) => speaker)).toEqual(['S1', 'S2', 'S1', 'S2']);
  });

  it('takes one voice for one', async () => {
    const { voices } = await createMfccDiarizer().diarize(inOrder(chunksOf(low, low)), { speakers: null }, never);
    expect(voices).toHaveLength(1);
  });

  it('does not mind sound without any voice, and utterances of no length', async () => {
    const samples = silence(2_000);
    const utterances = [
      { startSample: 0, endSample: 16_000 },
      { startSample: 20_000, endSample: 20_010 },
    ];
    const chunk = { index: 0, startSample: 0, endSample: 32_000, samples, utterances };
    const { voices } = await createMfccDiarizer().diarize(inOrder([chunk]), { speakers: 3 }, never);
    expect(voices.length).toBeLessThanOrEqual(3);
  });
});

async function* inOrder(chunks: readonly AudioChunk[]): AsyncGenerator<AudioChunk> {
  yield* chunks;
}
