import { msToSamples, SAMPLE_RATE, samplesToMs } from '../domain/audio.ts';

/** What is quieter counts as silence: the noise of 16 bit samples. */
const SILENCE_DBFS = -96;

/** Tells how loud each second was: in decibels below full scale, of the mean square. */
export function createLevelMeter(fromMs: number, tell: (atMs: number, dbfs: number) => void): { add(samples: Int16Array): void } {
  let position = msToSamples(fromMs);
  let [squares, count] = [0, 0];
  return {
    add(samples) {
      for (const sample of samples) squares += sample * sample;
      count += samples.length;
      position += samples.length;
      if (count < SAMPLE_RATE) return;
      const dbfs = 10 * Math.log10(squares / count / 32_768 ** 2);
      tell(samplesToMs(position), Math.max(SILENCE_DBFS, Math.round(dbfs * 10) / 10));
      [squares, count] = [0, 0];
    },
  };
}
