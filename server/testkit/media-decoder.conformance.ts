import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../src/core/domain/app-error.ts';
import { SAMPLE_RATE, samplesToMs } from '../src/core/domain/audio.ts';
import { MAX_CLIP_MS, type MediaDecoder, type SoundClip } from '../src/core/ports/media-decoder.ts';
import { joined, noise, silence, tone, wavFile } from './sound.ts';

const never = new AbortController().signal;
const UNLIMITED = { maxDurationMs: 3_600_000 };

/** What every `MediaDecoder` must do with WAV files. */
export function mediaDecoderConformance(name: string, make: () => MediaDecoder): void {
  describe(`${name} as MediaDecoder`, () => {
    let folder: string;
    const decoder = make();
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scholium-decoder-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function file(bytes: Buffer, fileName = 'sound.wav'): Promise<string> {
      const path = join(folder, fileName);
      await writeFile(path, bytes);
      return path;
    }

    it('gives the samples as they are, in blocks of a few seconds at most', async () => {
      const samples = joined(noise(1_500), silence(700), tone(1_337));
      const blocks = await collect(decoder.decode(await file(wavFile(samples)), UNLIMITED, never));
      expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(3 * SAMPLE_RATE);
      expect(Array.from(joined(...blocks))).toEqual(Array.from(samples));
    });

    it('tells format, length and that there is sound', async () => {
      const facts = await decoder.probe(await file(wavFile(tone(2_500))), never);
      expect(facts).toEqual({ format: 'wav', durationMs: 2_500, hasAudio: true, hasVideo: false });
    });

    it('tells its version', async () => {
      expect(await decoder.version()).toMatch(/\S/);
    });

    it('tells an empty file from one that is no sound', async () => {
      await expect(decoder.probe(await file(Buffer.alloc(0)), never)).rejects.toMatchObject({ code: 'media_empty' });
      const text = await file(Buffer.from('This is not sound. '.repeat(500)), 'text.wav');
      await expect(decoder.probe(text, never)).rejects.toMatchObject({
        code: expect.stringMatching(/^media_(?:unsupported|damaged)$/),
      });
    });

    it('tells that nothing could be read from a header alone', async () => {
      const path = await file(wavFile(silence(0)));
      await expect(collect(decoder.decode(path, UNLIMITED, never))).rejects.toMatchObject({ code: 'media_damaged' });
    });

    it('stops at the longest length, by what it decodes and not by what the file claims', async () => {
      const path = await file(wavFile(tone(3_000), { claimedBytes: 100 }));
      const long = await file(wavFile(tone(3_000)), 'long.wav');
      await expect(collect(decoder.decode(long, { maxDurationMs: 2_000 }, never))).rejects.toMatchObject({
        code: 'media_too_long',
      });
      await expect(collect(decoder.decode(path, { maxDurationMs: 3_000 }, never))).resolves.toBeDefined();
    });

    it('takes exactly the longest length', async () => {
      const blocks = await collect(decoder.decode(await file(wavFile(tone(2_000))), { maxDurationMs: 2_000 }, never));
      expect(joined(...blocks)).toHaveLength(2 * SAMPLE_RATE);
    });

    it('clips the sound between two times, and tells which kind of file it is', async () => {
      const path = await file(wavFile(joined(silence(2_000), tone(1_500), silence(2_000))));
      const clip = await decoder.clip(path, { startMs: 2_000, endMs: 3_500 }, never);
      const sound = await decodeClip(clip, 'middle');
      // An MP3 begins and ends with up to 80 ms of silence of its own.
      expect(Math.abs(samplesToMs(sound.length) - 1_500)).toBeLessThan(160);
      const quiet = await decodeClip(await decoder.clip(path, { startMs: 200, endMs: 1_400 }, never), 'start');
      expect(loudness(sound.subarray(4_000, 20_000))).toBeGreaterThan(20 * Math.max(1, loudness(quiet)));
    });

    it('clips what there is where the recording ends before, and at most 30 seconds', async () => {
      const path = await file(wavFile(noise(40_000)));
      const tail = await decodeClip(await decoder.clip(path, { startMs: 39_000, endMs: 45_000 }, never), 'tail');
      expect(Math.abs(samplesToMs(tail.length) - 1_000)).toBeLessThan(160);
      const most = await decodeClip(await decoder.clip(path, { startMs: 0, endMs: 40_000 }, never), 'most');
      expect(Math.abs(samplesToMs(most.length) - MAX_CLIP_MS)).toBeLessThan(160);
    });

    it('tells that there is no sound to clip after the end', async () => {
      const path = await file(wavFile(tone(1_000)));
      await expect(decoder.clip(path, { startMs: 5_000, endMs: 6_000 }, never)).rejects.toMatchObject({ code: 'media_damaged' });
    });

    it('clips nothing when it is aborted before', async () => {
      const path = await file(wavFile(tone(1_000)));
      const stopped = AbortSignal.abort(new AppError('cancelled', 'Stopped.'));
      await expect(decoder.clip(path, { startMs: 0, endMs: 500 }, stopped)).rejects.toThrow(/Stopped|abort/i);
    });

    async function decodeClip({ extension, bytes }: SoundClip, name: string): Promise<Int16Array> {
      const path = await file(Buffer.from(bytes), `${name}.${extension}`);
      return joined(...(await collect(decoder.decode(path, UNLIMITED, never))));
    }

    it('can be stopped after the first block', async () => {
      for await (const block of decoder.decode(await file(wavFile(noise(120_000))), UNLIMITED, never)) {
        expect(block.length).toBeGreaterThan(0);
        break;
      }
    });

    it('ends with the reason when it is aborted', async () => {
      const stop = new AbortController();
      const blocks = decoder.decode(await file(wavFile(noise(120_000))), UNLIMITED, stop.signal)[Symbol.asyncIterator]();
      await blocks.next();
      stop.abort(new AppError('cancelled', 'Stopped.'));
      const rest = (async () => {
        while (!(await blocks.next()).done);
      })();
      await expect(rest).rejects.toMatchObject({ code: 'cancelled' });
    });
  });
}

async function collect(blocks: AsyncIterable<Int16Array>): Promise<Int16Array[]> {
  const all: Int16Array[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

/** Root mean square of the samples. */
function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}
