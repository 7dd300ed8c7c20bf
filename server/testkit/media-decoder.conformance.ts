import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../src/core/domain/app-error.ts';
import { SAMPLE_RATE } from '../src/core/domain/audio.ts';
import type { MediaDecoder } from '../src/core/ports/media-decoder.ts';
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
