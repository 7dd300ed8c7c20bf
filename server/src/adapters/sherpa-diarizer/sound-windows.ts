import type { AudioChunk } from '../../core/domain/audio.ts';

/** Some minutes of a recording: speech where it is, silence where none was found. */
export interface SoundWindow {
  readonly startSample: number;
  readonly samples: Int16Array;
  readonly isLast: boolean;
}

/**
 * Chunks of speech gathered into windows of at most `most` samples, each from the beginning of speech to the end of it; a long silence ends one
 * early. One window is held at a time.
 */
export async function* soundWindows(
  chunks: AsyncIterable<AudioChunk>,
  { most, longestGap }: { readonly most: number; readonly longestGap: number },
): AsyncGenerator<SoundWindow> {
  const buffer = new Int16Array(most);
  let [start, end] = [0, 0];
  const close = (isLast: boolean): SoundWindow => {
    const samples = buffer.slice(0, end - start);
    buffer.fill(0, 0, end - start);
    return { startSample: start, samples, isLast };
  };
  for await (const { startSample, samples, utterances } of chunks)
    for (const span of utterances) {
      for (let from = span.startSample; from < span.endSample;) {
        const fits = from - end <= longestGap && from - start < most;
        if (end > start && !fits) yield close(false);
        if (end === start || !fits) [start, end] = [from, from];
        const to = Math.min(span.endSample, start + most);
        buffer.set(samples.subarray(from - startSample, to - startSample), from - start);
        [end, from] = [Math.max(end, to), to];
      }
    }
  if (end > start) yield close(true);
}
