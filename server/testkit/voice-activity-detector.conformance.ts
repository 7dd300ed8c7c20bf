import { beforeAll, describe, expect, it } from 'vitest';
import { msToSamples, SAMPLE_RATE, type SampleSpan } from '../src/core/domain/audio.ts';
import type { VoiceActivityDetector } from '../src/core/ports/voice-activity-detector.ts';
import { blocksOf, joined, silence } from './sound.ts';

/** Edges may be found half a second off. */
const TOLERANCE = msToSamples(500);

/** What every `VoiceActivityDetector` must do. `speech` is what it takes for speech: 2 to 6 s without a pause. */
export function voiceActivityConformance(
  name: string,
  make: () => { detector: VoiceActivityDetector; speech: () => Promise<Int16Array> },
): void {
  describe(`${name} as VoiceActivityDetector`, () => {
    const { detector, speech: load } = make();
    let speech: Int16Array;
    beforeAll(async () => {
      speech = await load();
    });

    async function find(samples: Int16Array, blockSize?: number): Promise<SampleSpan[]> {
      const session = await detector.open(new AbortController().signal);
      try {
        const spans: SampleSpan[] = [];
        for (const block of blocksOf(samples, blockSize)) spans.push(...(await session.accept(block)));
        return [...spans, ...(await session.flush())];
      } finally {
        await session.close();
      }
    }

    it('finds what is spoken between silences, in order', async () => {
      const pause = silence(2_000);
      const spans = await find(joined(pause, speech, pause, speech, pause));
      expect(spans).toHaveLength(2);
      for (const [i, span] of spans.entries()) {
        const start = pause.length + i * (speech.length + pause.length);
        expect(Math.abs(span.startSample - start)).toBeLessThan(TOLERANCE);
        expect(Math.abs(span.endSample - start - speech.length)).toBeLessThan(TOLERANCE);
      }
    });

    it('finds the same whatever the size of the blocks', async () => {
      const sound = joined(silence(1_000), speech, silence(1_000), speech);
      const expected = await find(sound);
      expect(await find(sound, 777)).toEqual(expected);
      expect(await find(sound, sound.length)).toEqual(expected);
    });

    it('finds the same when it is given the next sound before it has answered', async () => {
      const sound = joined(silence(1_000), speech, silence(1_000), speech);
      const session = await detector.open(new AbortController().signal);
      const answers = [...blocksOf(sound)].map((block) => session.accept(block));
      const spans = [...(await Promise.all(answers)).flat(), ...(await session.flush())];
      await session.close();
      expect(spans).toEqual(await find(sound));
    });

    it('finds speech that goes on to the end', async () => {
      const spans = await find(joined(silence(1_000), speech));
      expect(spans.at(-1)?.endSample).toBeGreaterThan(SAMPLE_RATE + speech.length - TOLERANCE);
    });

    it('finds nothing in silence, and nothing in nothing', async () => {
      expect(await find(silence(5_000))).toEqual([]);
      expect(await find(silence(0))).toEqual([]);
    });

    it('ends an utterance after 25 s at the latest, and loses no speech that way', async () => {
      const sound = joined(...Array.from({ length: Math.ceil((80 * SAMPLE_RATE) / speech.length) }, () => speech));
      const spans = await find(sound);
      let covered = 0;
      for (const [i, span] of spans.entries()) {
        expect(span.endSample - span.startSample).toBeLessThanOrEqual(25 * SAMPLE_RATE);
        expect(span.startSample).toBeGreaterThanOrEqual(spans[i - 1]?.endSample ?? 0);
        covered += span.endSample - span.startSample;
      }
      expect(covered).toBeGreaterThan(sound.length * 0.95);
    });

    it('keeps two sessions apart', async () => {
      const signal = new AbortController().signal;
      const [first, second] = [await detector.open(signal), await detector.open(signal)];
      await first.accept(speech);
      await second.accept(silence(3_000));
      expect([(await first.flush()).length > 0, (await second.flush()).length]).toEqual([true, 0]);
      await Promise.all([first.close(), second.close()]);
    });

    it('fails with the reason when it is aborted', async () => {
      const stop = new AbortController();
      const session = await detector.open(stop.signal);
      await session.accept(speech);
      stop.abort(new Error('stopped'));
      await expect(session.accept(speech)).rejects.toThrow('stopped');
      await session.close();
      await expect(detector.open(stop.signal)).rejects.toThrow('stopped');
    });

    it('is closed twice without harm', async () => {
      const session = await detector.open(new AbortController().signal);
      await session.close();
      await session.close();
    });
  });
}
