import { msToSamples, type AudioChunk, type SampleSpan } from '../domain/audio.ts';

/** Less than this of an utterance, left over from a chunk before, is not worth listening to. */
const SHORTEST = msToSamples(100);

/** The chunks without the speech that the one before had already: chunks overlap where speech was cut. Those that hold nothing new are left out. */
export async function* newSpeech(chunks: AsyncIterable<AudioChunk>): AsyncGenerator<AudioChunk> {
  let heard = 0;
  for await (const chunk of chunks) {
    const utterances: SampleSpan[] = [];
    for (const span of chunk.utterances) {
      const startSample = Math.max(span.startSample, heard, chunk.startSample);
      const endSample = Math.min(span.endSample, chunk.startSample + chunk.samples.length);
      if (endSample - startSample >= SHORTEST) utterances.push({ startSample, endSample });
      heard = Math.max(heard, endSample);
    }
    if (utterances.length > 0) yield { ...chunk, utterances };
  }
}
