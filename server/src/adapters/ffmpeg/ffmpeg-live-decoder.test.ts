import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findOnPath } from '../../../testkit/find-on-path.ts';
import { samplesOf, TIDES_PATH } from '../../../testkit/spoken-sample.ts';
import { createFfmpegLiveDecoder } from './ffmpeg-live-decoder.ts';

const ffmpeg = findOnPath('ffmpeg');
const decoder = createFfmpegLiveDecoder({ ffmpeg });
const never = new AbortController().signal;
const run = promisify(execFile);

/** The sample as WebM, as a browser would record it. */
async function webm(): Promise<Buffer> {
  const args = ['-v', 'error', '-i', TIDES_PATH, '-t', '4', '-c:a', 'libopus', '-f', 'webm', '-live', '1', 'pipe:1'];
  return (await run(ffmpeg, args, { encoding: 'buffer' })).stdout;
}

describe('FfmpegLiveDecoder', () => {
  it('gives all samples of Opus in Ogg that comes in small pieces, the first long before the end', async () => {
    const bytes = await readFile(TIDES_PATH);
    const decoding = await decoder.open('ogg', never);
    const samples = decoding.samples[Symbol.asyncIterator]();
    const half = Math.floor(bytes.length / 2);
    for (let at = 0; at < half; at += 1_000) await decoding.write(bytes.subarray(at, Math.min(half, at + 1_000)));
    const first = await samples.next();
    let count = first.done ? 0 : first.value.length;
    expect(count).toBeGreaterThan(0);
    await decoding.write(bytes.subarray(half));
    decoding.end();
    for (let next = await samples.next(); !next.done; next = await samples.next()) count += next.value.length;
    await decoding.close();
    expect(Math.abs(count - (await samplesOf()).length)).toBeLessThan(1_600);
  });

  it('reads WebM without an end, as browsers make it', async () => {
    const decoding = await decoder.open('webm', never);
    await decoding.write(await webm());
    decoding.end();
    let count = 0;
    for await (const samples of decoding.samples) count += samples.length;
    await decoding.close();
    expect(Math.abs(count - 64_000)).toBeLessThan(1_600);
  });

  it('says that bytes are no sound', async () => {
    const decoding = await decoder.open('webm', never);
    await decoding.write(Buffer.from('this is no sound at all '.repeat(1_000)));
    decoding.end();
    await expect(decoding.samples[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'media_damaged' });
    await decoding.close();
  });

  it('is closed in the middle without an error, and leaves no folder', async () => {
    const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('scholium-live-'));
    const before = new Set(await folders());
    const decoding = await decoder.open('ogg', never);
    await decoding.write((await readFile(TIDES_PATH)).subarray(0, 5_000));
    const own = (await folders()).filter((name) => !before.has(name));
    expect(own.length).toBeGreaterThan(0);
    await decoding.close();
    await decoding.write(Buffer.from('later'));
    await expect.poll(async () => (await folders()).filter((name) => own.includes(name))).toEqual([]);
  });
});
