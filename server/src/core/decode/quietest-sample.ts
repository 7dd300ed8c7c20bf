import { msToSamples } from '../domain/audio.ts';

/** Speech sounds last longer than this; a shorter dip is inside a sound. */
const WINDOW = msToSamples(40);

/** Where the sound is softest, as an offset: the middle of the 40 ms with the least energy. */
export function quietestSample(samples: Int16Array): number {
  if (samples.length <= WINDOW) return samples.length >> 1;
  let energy = 0;
  let best = Infinity;
  let bestEnd = WINDOW;
  for (let end = 0; end < samples.length; end++) {
    energy += square(samples[end]) - (end >= WINDOW ? square(samples[end - WINDOW]) : 0);
    if (end >= WINDOW - 1 && energy < best) {
      best = energy;
      bestEnd = end + 1;
    }
  }
  return bestEnd - (WINDOW >> 1);
}

function square(sample: number | undefined): number {
  return (sample ?? 0) * (sample ?? 0);
}
