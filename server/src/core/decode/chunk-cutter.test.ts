import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, joined, noise, silence, tone } from '../../../testkit/sound.ts';
import { msToSamples, SAMPLE_RATE, type AudioChunk, type SampleSpan } from '../domain/audio.ts';
import { ChunkCutter, type ChunkPlan } from './chunk-cutter.ts';

/** A detector's answers: utterances of up to 20 s with pauses between them, told half a second after they end. */
const speech = fc.array(
  fc.record({
    pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 40_000 })),
    lengthMs: fc.integer({ min: 250, max: 20_000 }),
  }),
  {
    maxLength: 7,
  },
);
const options = fc.record({ maxChunkMs: fc.integer({ min: 5_000, max: 60_000 }) });

/** Every sample differs from its neighbours, so a shifted cut shows. */
const SOUND = Int16Array.from({ length: 425 * SAMPLE_RATE }, (_, i) => (i * 7919) & 0x7fff);
const RUNS = { numRuns: 40 };

interface Spoken {
  readonly samples: Int16Array;
  readonly utterances: readonly SampleSpan[];
}

function speak(parts: readonly { pauseMs: number; lengthMs: number }[]): Spoken {
  const utterances: SampleSpan[] = [];
  let at = 0;
  for (const { pauseMs, lengthMs } of parts) {
    const startSample = at + msToSamples(pauseMs);
    at = startSample + msToSamples(lengthMs);
    utterances.push({ startSample, endSample: at });
  }
  return { samples: SOUND.subarray(0, at + SAMPLE_RATE), utterances };
}

interface Cut {
  readonly chunks: AudioChunk[];
  readonly plans: ChunkPlan[];
  readonly mostHeld: number;
}

function cut(spoken: Spoken, settings: { maxChunkMs: number; planned?: readonly ChunkPlan[] }): Cut {
  const cutter = new ChunkCutter({ planned: [], ...settings });
  const [chunks, plans]: [AudioChunk[], ChunkPlan[]] = [[], [...(settings.planned ?? [])]];
  // What a detector hears that starts where the planned chunks end.
  const from = listenFrom(settings.planned ?? []);
  const waiting = spoken.utterances
    .filter(({ endSample }) => endSample > from)
    .map(({ startSample, endSample }) => ({ startSample: Math.max(startSample, from), endSample }));
  let mostHeld = 0;
  for (const block of blocksOf(spoken.samples)) {
    cutter.push(block);
    const told: SampleSpan[] = [];
    while (waiting[0] && waiting[0].endSample + SAMPLE_RATE / 2 <= cutter.received) told.push(...waiting.splice(0, 1));
    plans.push(...cutter.add(told));
    chunks.push(...cutter.take());
    mostHeld = Math.max(mostHeld, cutter.heldSamples);
  }
  plans.push(...cutter.add(waiting), ...cutter.finish());
  chunks.push(...cutter.take());
  return { chunks, plans, mostHeld };
}

const OVERLAP = msToSamples(2_000);

const spansOf = ({ index, startSample, endSample, utterances }: Omit<AudioChunk, 'samples'>) => ({
  index,
  startSample,
  endSample,
  utterances,
});

describe('ChunkCutter', () => {
  it('gives chunks in order, numbered from 0, that overlap only where speech was cut, with utterances inside them', () => {
    fc.assert(
      fc.property(speech, options, (parts, settings) => {
        const { chunks, plans } = cut(speak(parts), settings);
        expect(chunks.map(spansOf)).toEqual(plans.map(spansOf));
        let end = 0;
        for (const [i, chunk] of chunks.entries()) {
          expect(chunk.index).toBe(i);
          const cutSample = plans[i - 1]?.cutSample ?? null;
          expect(chunks[i - 1]?.sharedFromSample ?? null).toBe(cutSample === null ? null : chunk.startSample);
          if (cutSample !== null) {
            expect(chunk.startSample).toBe(cutSample - OVERLAP);
            expect(end).toBeGreaterThan(cutSample);
            end = chunk.startSample;
          }
          for (const utterance of chunk.utterances) {
            expect(utterance.startSample).toBeGreaterThanOrEqual(end);
            expect(utterance.endSample).toBeGreaterThan(utterance.startSample);
            end = utterance.endSample;
          }
          expect(chunk.startSample).toBe(chunk.utterances[0]?.startSample);
          expect(chunk.endSample).toBe(end);
        }
      }),
      RUNS,
    );
  });

  it('loses no speech: each spoken sample is in an utterance, and in one only where nothing was cut', () => {
    fc.assert(
      fc.property(speech, options, (parts, settings) => {
        const spoken = speak(parts);
        const { chunks, plans } = cut(spoken, settings);
        const given = chunks.flatMap((chunk) => chunk.utterances.map((span) => upToCut(span, chunk, plans)));
        for (const { startSample, endSample } of spoken.utterances) {
          const covered = given.reduce(
            (sum, span) => sum + Math.max(0, Math.min(endSample, span.endSample) - Math.max(startSample, span.startSample)),
            0,
          );
          expect(covered).toBe(endSample - startSample);
        }
      }),
      RUNS,
    );
  });

  it('cuts exactly the samples it names', () => {
    fc.assert(
      fc.property(speech, options, (parts, settings) => {
        const spoken = speak(parts);
        for (const chunk of cut(spoken, settings).chunks)
          expect(Buffer.from(chunk.samples.buffer).equals(bytesOf(spoken.samples, chunk))).toBe(true);
      }),
      RUNS,
    );
  });

  it('goes on from planned chunks with the same cuts', () => {
    fc.assert(
      fc.property(speech, options, fc.nat(), (parts, settings, stopAt) => {
        const spoken = speak(parts);
        const whole = cut(spoken, settings);
        const planned = whole.plans.slice(0, stopAt % (whole.plans.length + 1));
        const again = cut(spoken, { ...settings, planned });
        expect(again.chunks.slice(0, planned.length).map(spansOf)).toEqual(planned.map(spansOf));
        expect(again.plans).toEqual(whole.plans);
        expect(again.chunks.map((chunk) => chunk.samples.length)).toEqual(whole.chunks.map((chunk) => chunk.samples.length));
      }),
      RUNS,
    );
  });

  it('holds no more sound for ten hours than for a minute, also while a chunk waits in silence', () => {
    const cutter = new ChunkCutter({ maxChunkMs: 30_000, planned: [] });
    const second = silence(1_000);
    let most = 0;
    let given = 0;
    for (let i = 0; i < 36_000; i++) {
      cutter.push(second);
      // One utterance in the first minute, then nothing for hours.
      cutter.add(i === 20 ? [{ startSample: msToSamples(12_000), endSample: msToSamples(20_000) }] : []);
      given += [...cutter.take()].length;
      most = Math.max(most, cutter.heldSamples);
    }
    expect(given).toBe(1);
    expect(most / SAMPLE_RATE).toBeLessThanOrEqual(70);
  });

  it('cuts speech without pauses at its quietest point, and loses none of it', () => {
    // 25 s of noise, a soft 100 ms, 35 s of noise: the detector cuts where it must, every 20 s.
    const samples = joined(noise(14_000), noise(100, 50), noise(45_900), silence(2_000));
    const utterances = [0, 20, 40].map((second) => ({
      startSample: second * SAMPLE_RATE,
      endSample: (second + 20) * SAMPLE_RATE,
    }));
    const { chunks, plans } = cut({ samples, utterances }, { maxChunkMs: 30_000 });
    const given = chunks.flatMap((chunk) => chunk.utterances);
    expect(given[0]?.startSample).toBe(0);
    const [quiet] = plans.map(({ cutSample }) => (cutSample ?? 0) / SAMPLE_RATE);
    expect(quiet).toBeGreaterThan(14);
    expect(quiet).toBeLessThan(14.1);
    for (const [i, span] of given.entries()) {
      if (i > 0) expect((given[i - 1]?.endSample ?? 0) - span.startSample).toBe(2 * OVERLAP);
      expect(span.endSample - span.startSample).toBeLessThanOrEqual(msToSamples(24_200));
    }
    expect(given.at(-1)?.endSample).toBeGreaterThanOrEqual(60 * SAMPLE_RATE);
  });

  it('makes short chunks first, so that the first text shows soon', () => {
    const parts = Array.from({ length: 20 }, () => ({ pauseMs: 600, lengthMs: 2_000 }));
    const lengths = cut(speak(parts), { maxChunkMs: 30_000 }).chunks.map((chunk) => chunk.samples.length / SAMPLE_RATE);
    expect(lengths[0]).toBeLessThanOrEqual(5.3);
    expect(lengths[1]).toBeLessThanOrEqual(8.3);
    expect(Math.max(...lengths)).toBeGreaterThan(20);
  });

  it('keeps sound around an utterance, up to the middle of a short pause', () => {
    const spoken = speak([
      { pauseMs: 1_000, lengthMs: 1_000 },
      { pauseMs: 100, lengthMs: 1_000 },
    ]);
    const [chunk] = cut(spoken, { maxChunkMs: 30_000 }).chunks;
    expect(chunk?.utterances).toEqual([
      { startSample: msToSamples(850), endSample: msToSamples(2_050) },
      { startSample: msToSamples(2_050), endSample: msToSamples(3_250) },
    ]);
  });

  it('gives nothing for sound without speech', () => {
    expect(cut({ samples: tone(5_000), utterances: [] }, { maxChunkMs: 30_000 }).chunks).toEqual([]);
  });
});

/** Where a detector listens when an earlier run has planned these. */
function listenFrom(planned: readonly ChunkPlan[]): number {
  const last = planned.at(-1);
  return last?.cutSample ?? last?.endSample ?? 0;
}

/** An utterance without what the neighbouring chunk hears too. */
function upToCut({ startSample, endSample }: SampleSpan, { index }: AudioChunk, plans: readonly ChunkPlan[]): SampleSpan {
  return {
    startSample: Math.max(startSample, plans[index - 1]?.cutSample ?? 0),
    endSample: Math.min(endSample, plans[index]?.cutSample ?? Infinity),
  };
}

function bytesOf(samples: Int16Array, span: SampleSpan): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset + span.startSample * 2, (span.endSample - span.startSample) * 2);
}
