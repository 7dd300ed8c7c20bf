import { readFile } from 'node:fs/promises';
import { AppError } from '../src/core/domain/app-error.ts';
import { msToSamples, samplesToMs } from '../src/core/domain/audio.ts';
import { MAX_CLIP_MS, type MediaDecoder } from '../src/core/ports/media-decoder.ts';
import { blocksOf, wavFile } from './sound.ts';

const HEADER_BYTES = 44;

/** Reads 16-bit 16 kHz mono WAV files as `wavFile` makes them, in this process: for unit tests. */
export function memoryMediaDecoder(): MediaDecoder {
  return {
    async probe(path, signal) {
      const samples = await readWav(path, signal);
      return { format: 'wav', durationMs: samplesToMs(samples.length), hasAudio: true, hasVideo: false };
    },
    async *decode(path, { maxDurationMs }, signal) {
      let given = 0;
      for (const block of blocksOf(await readWav(path, signal))) {
        signal.throwIfAborted();
        given += block.length;
        if (given > msToSamples(maxDurationMs)) throw new AppError('media_too_long', 'The recording is too long. Split it.');
        yield block;
      }
      signal.throwIfAborted();
    },
    async *clips(path, spans, signal) {
      const samples = await readWav(path, signal);
      for (const { startMs, endMs } of spans) {
        signal.throwIfAborted();
        const piece = samples.slice(msToSamples(startMs), msToSamples(Math.min(endMs, startMs + MAX_CLIP_MS)));
        yield piece.length === 0 ? null : { extension: 'wav', bytes: wavFile(piece) };
      }
    },
    version: async () => 'memory',
  };
}

async function readWav(path: string, signal: AbortSignal): Promise<Int16Array> {
  const bytes = await readFile(path, { signal });
  if (bytes.length === 0) throw new AppError('media_empty', 'The file is empty. Upload the recording again.');
  if (bytes.toString('latin1', 0, 4) !== 'RIFF') throw new AppError('media_unsupported', 'The file is not a WAV file.');
  if (bytes.length <= HEADER_BYTES) throw new AppError('media_damaged', 'No sound could be read from the file.');
  return new Int16Array(new Uint8Array(bytes.subarray(HEADER_BYTES)).buffer);
}
