import type { SampleSpan } from '../domain/audio.ts';

/** The last part of a stream, from which utterances are cut. */
export interface SoundWindow {
  add(samples: Int16Array): void;
  /** The samples of a span. What was forgotten is silence. */
  take(span: SampleSpan): Int16Array;
  /** What ends before this sample is not needed any more. */
  forgetBefore(sample: number): void;
}

/** Keeps what was added until it is forgotten. */
export function createSoundWindow(): SoundWindow {
  let blocks: readonly { readonly at: number; readonly samples: Int16Array }[] = [];
  let end = 0;
  return {
    add(samples) {
      if (samples.length > 0) blocks = [...blocks, { at: end, samples }];
      end += samples.length;
    },
    take({ startSample, endSample }) {
      const cut = new Int16Array(endSample - startSample);
      for (const { at, samples } of blocks) {
        const [from, to] = [Math.max(at, startSample), Math.min(at + samples.length, endSample)];
        if (from < to) cut.set(samples.subarray(from - at, to - at), from - startSample);
      }
      return cut;
    },
    forgetBefore(sample) {
      blocks = blocks.filter(({ at, samples }) => at + samples.length > sample);
    },
  };
}
