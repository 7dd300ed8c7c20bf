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

    it('clips the sound between two times, in the order asked for, and tells which kind of file it is', async () => {
      const path = await file(wavFile(joined(silence(2_000), tone(1_500), silence(2_000))));
      const loud = { startMs: 2_000, endMs: 3_500 };
      const quiet = { startMs: 200, endMs: 1_400 };
      // Enough of them for more than one run of a program.
      const spans = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? loud : quiet));
      const clips = await collectClips(decoder.clips(path, spans, never));
      expect(clips).toHaveLength(30);
      const levels: number[] = [];
      for (const index of [0, 1, 2, 27, 28]) {
        const sound = await decodeClip(clips[index], String(index));
        // An MP3 begins and ends with up to 80 ms of silence of its own.
        expect(Math.abs(samplesToMs(sound.length) - (index % 3 === 0 ? 1_500 : 1_200))).toBeLessThan(160);
        levels.push(loudness(sound.subarray(4_000, 16_000)));
      }
      const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = levels;
      expect(Math.min(first, fourth)).toBeGreaterThan(20 * Math.max(1, second, third, fifth));
    });

    it('clips what there is where the recording ends before, at most 30 seconds, and nothing after its end', async () => {
      const path = await file(wavFile(noise(40_000)));
      const spans = [
        { startMs: 39_000, endMs: 45_000 },
        { startMs: 50_000, endMs: 51_000 },
        { startMs: 0, endMs: 40_000 },
      ];
      const [tail, after, most] = await collectClips(decoder.clips(path, spans, never));
      expect(Math.abs(samplesToMs((await decodeClip(tail, 'tail')).length) - 1_000)).toBeLessThan(160);
      expect(after).toBeNull();
      expect(Math.abs(samplesToMs((await decodeClip(most, 'most')).length) - MAX_CLIP_MS)).toBeLessThan(160);
    });

    it('clips nothing when nothing is asked for, or when it is aborted before', async () => {
      const path = await file(wavFile(tone(1_000)));
      expect(await collectClips(decoder.clips(path, [], never))).toEqual([]);
      const stopped = AbortSignal.abort(new AppError('cancelled', 'Stopped.'));
      await expect(collectClips(decoder.clips(path, [{ startMs: 0, endMs: 500 }], stopped))).rejects.toThrow(/Stopped|abort/i);
    });

    async function decodeClip(clip: SoundClip | null | undefined, name: string): Promise<Int16Array> {
      if (!clip) throw new Error(`there is no clip ${name}`);
      const path = await file(Buffer.from(clip.bytes), `${name}.${clip.extension}`);
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

async function collectClips(clips: AsyncIterable<SoundClip | null>): Promise<(SoundClip | null)[]> {
  const all: (SoundClip | null)[] = [];
  for await (const clip of clips) all.push(clip);
  return all;
}

/** Root mean square of the samples. */
function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}
