import { samplesOf } from './spoken-sample.ts';

/** The sample recording's voice (23 s). */
export async function lowVoice(): Promise<Int16Array> {
  return samplesOf();
}

/** The same text as a smaller person would say it, pitch and resonances a third higher (17 s). */
export async function highVoice(): Promise<Int16Array> {
  return faster(await samplesOf(), 4 / 3);
}

/** Played so much faster, with what lies between two samples on a line. */
function faster(samples: Int16Array, factor: number): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length - 1) / factor) }, (_, i) => {
    const at = i * factor;
    const [before, after] = [samples[Math.floor(at)] ?? 0, samples[Math.floor(at) + 1] ?? 0];
    return Math.round(before + (after - before) * (at % 1));
  });
}
