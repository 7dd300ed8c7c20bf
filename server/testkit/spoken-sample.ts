import { fileURLToPath } from 'node:url';
import { createFfmpegDecoder } from '../src/adapters/ffmpeg/ffmpeg-decoder.ts';
import { findOnPath } from './find-on-path.ts';
import { joined } from './sound.ts';

/** The short sample recording that is in the repository (23 s, spoken by a synthetic voice). */
export const TIDES_PATH = fileURLToPath(new URL('../../samples/tides.opus', import.meta.url));

export function realDecoder(): ReturnType<typeof createFfmpegDecoder> {
  return createFfmpegDecoder({ ffmpeg: findOnPath('ffmpeg'), ffprobe: findOnPath('ffprobe') });
}

/** The samples of a recording, from ffmpeg. */
export async function samplesOf(path: string = TIDES_PATH): Promise<Int16Array> {
  const blocks: Int16Array[] = [];
  for await (const block of realDecoder().decode(path, { maxDurationMs: 3_600_000 }, new AbortController().signal))
    blocks.push(block);
  return joined(...blocks);
}
