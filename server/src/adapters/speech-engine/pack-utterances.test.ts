import { describe, expect, it } from 'vitest';
import { joined, noise, silence } from '../../../testkit/sound.ts';
import { msToSamples, samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import { packUtterances } from './pack-utterances.ts';

/** A chunk from 5 s on with utterances between these milliseconds of it. */
function chunkOf(samples: Int16Array, ...spans: readonly (readonly [number, number])[]): AudioChunk {
  const startSample = msToSamples(5_000);
  const utterances = spans.map(([from, to]) => ({
    startSample: startSample + msToSamples(from),
    endSample: startSample + msToSamples(to),
  }));
  return { index: 0, startSample, endSample: startSample + samples.length, utterances, samples };
}

const shown = (chunk: AudioChunk, longestMs: number, joinsUtterances: boolean): [number, number, number][] =>
  packUtterances(chunk, { longestMs, joinsUtterances }).map(({ startSample, endSample, utterances }) => [
    samplesToMs(startSample) - 5_000,
    samplesToMs(endSample) - 5_000,
    utterances.length,
  ]);

describe('the pieces of a chunk', () => {
  it('are as many utterances as fit', () => {
    const chunk = chunkOf(silence(30_000), [0, 8_000], [9_000, 15_000], [16_000, 21_000], [22_000, 30_000]);
    expect(shown(chunk, 20_000, true)).toEqual([
      [0, 15_000, 2],
      [16_000, 30_000, 2],
    ]);
    expect(shown(chunk, 20_000, false)).toHaveLength(4);
  });

  it('are cut at the quietest point when one utterance is too long', () => {
    const sound = joined(noise(17_000), silence(100), noise(20_000));
    const pieces = shown(chunkOf(sound, [0, 37_100]), 20_000, true);
    expect(pieces[0]?.[1]).toBeGreaterThanOrEqual(17_000);
    expect(pieces[0]?.[1]).toBeLessThanOrEqual(17_100);
    expect(pieces.at(-1)?.[1]).toBe(37_100);
    for (const [from, to] of pieces) expect(to - from).toBeLessThanOrEqual(20_000);
    pieces.slice(1).forEach(([from], index) => expect(from).toBe(pieces[index]?.[1]));
  });

  it('are none without utterances', () => {
    expect(shown(chunkOf(silence(1_000)), 20_000, true)).toEqual([]);
  });
});
