import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOnPath } from '../../../testkit/find-on-path.ts';
import { mediaDecoderConformance } from '../../../testkit/media-decoder.conformance.ts';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { noise, silence, tone, wavFile } from '../../../testkit/sound.ts';
import { realDecoder, TIDES_PATH } from '../../../testkit/spoken-sample.ts';
import { SAMPLE_RATE } from '../../core/domain/audio.ts';
import { createFfmpegDecoder } from './ffmpeg-decoder.ts';

const never = new AbortController().signal;
const decoder = realDecoder();

mediaDecoderConformance('ffmpeg', realDecoder);

describe('ffmpeg', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-ffmpeg-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, bytes: Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Makes a media file with ffmpeg itself. */
  function make(name: string, ...args: string[]): string {
    const path = join(folder, name);
    execFileSync(findOnPath('ffmpeg'), ['-v', 'error', '-nostdin', ...args, path]);
    return path;
  }

  async function samplesIn(path: string, maxDurationMs = 3_600_000): Promise<number> {
    let samples = 0;
    for await (const block of decoder.decode(path, { maxDurationMs }, never)) samples += block.length;
    return samples;
  }

  it.each(['mp3', 'm4a', 'flac', 'ogg', 'webm', 'mkv', 'mov', 'mp4', 'avi', 'ts', 'aiff', 'wav', 'flv', 'wma', 'au'])(
    'reads .%s at any rate and number of channels',
    async (extension) => {
      const rate = extension === 'webm' ? '48000' : '44100';
      const codec = extension === 'webm' ? ['-c:a', 'libopus'] : [];
      const path = make(
        `sound.${extension}`,
        '-f',
        'lavfi',
        '-i',
        'sine=frequency=440:duration=2',
        '-ac',
        '2',
        '-ar',
        rate,
        ...codec,
      );
      const facts = await decoder.probe(path, never);
      expect(facts).toMatchObject({ hasAudio: true, hasVideo: false });
      expect(Math.abs((await samplesIn(path)) / SAMPLE_RATE - 2)).toBeLessThan(0.2);
    },
  );

  it('hears the sound of a video', async () => {
    const inputs = ['-f', 'lavfi', '-i', 'color=size=64x64:duration=2', '-f', 'lavfi', '-i', 'sine=duration=2'];
    const path = make('video.mp4', ...inputs);
    expect(await decoder.probe(path, never)).toMatchObject({ hasAudio: true, hasVideo: true });
    expect(await samplesIn(path)).toBeGreaterThan(1.8 * SAMPLE_RATE);
  });

  it('takes nothing from tags and chapters, whatever they hold', async () => {
    const script = '<script>alert(1)</script>';
    const tags = await file(
      'tags.txt',
      Buffer.from(`;FFMETADATA1\ntitle=${script}\nartist=${script}\n[CHAPTER]\nSTART=0\nEND=9\ntitle=${script}\n`),
    );
    for (const extension of ['mp3', 'm4a', 'ogg', 'flac', 'mkv']) {
      const path = make(
        `tagged.${extension}`,
        '-f',
        'lavfi',
        '-i',
        'sine=duration=1',
        '-i',
        tags,
        '-map_metadata',
        '1',
        '-map_chapters',
        '1',
      );
      expect((await readFile(path)).includes(script)).toBe(true);
      expect(JSON.stringify(await decoder.probe(path, never))).not.toContain('script');
      expect(await samplesIn(path)).toBeGreaterThan(0.9 * SAMPLE_RATE);
    }
  });

  it('says that a video has no sound track', async () => {
    const path = make('silent.mp4', '-f', 'lavfi', '-i', 'color=size=64x64:duration=1');
    await expect(decoder.probe(path, never)).rejects.toMatchObject({ code: 'media_no_audio', detail: /no sound track/ });
  });

  it('says that a file is copy-protected', async () => {
    const key = '76a6c65c5ea762046bd749a2e632ccbb';
    const scheme = ['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', key, '-encryption_kid', key];
    const path = make('protected.mp4', '-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'aac', ...scheme);
    await expect(decoder.probe(path, never)).rejects.toMatchObject({ code: 'media_protected', permanent: true });
  });

  it('gives what can be read of a file that breaks off', async () => {
    const whole = await readFile(TIDES_PATH);
    const path = await file('cut.opus', whole.subarray(0, whole.length >> 1));
    const seconds = (await samplesIn(path)) / SAMPLE_RATE;
    expect(seconds).toBeGreaterThan(8);
    expect(seconds).toBeLessThan(16);
  });

  it('says that a file is damaged when its index is missing', async () => {
    const whole = await readFile(make('whole.mp4', '-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'aac'));
    const path = await file('cut.mp4', whole.subarray(0, whole.length >> 1));
    await expect(decoder.probe(path, never)).rejects.toMatchObject({ code: 'media_damaged' });
  });

  it('reads a small file that claims 4 GiB for what it holds', async () => {
    const path = await file('claims.wav', wavFile(tone(1_500), { claimedBytes: 0xffff_ff00 }));
    expect((await decoder.probe(path, never)).hasAudio).toBe(true);
    expect(await samplesIn(path)).toBe(1.5 * SAMPLE_RATE);
  });

  it('stops hours of silence in a small file at the longest length', async () => {
    const path = make('day.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '3600', '-c:a', 'flac');
    let decodedMs = 0;
    const reading = (async () => {
      for await (const block of decoder.decode(path, { maxDurationMs: 600_000 }, never)) decodedMs += block.length / 16;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'media_too_long', detail: /longer than 0\.2 hours/ });
    expect(decodedMs).toBeLessThanOrEqual(600_000);
  });

  it.each([
    '-i.wav',
    '-version',
    'a b\'"$(touch x)`.wav',
    '\u202Efdp.wav',
    'é\n.wav',
    '%d.wav',
    'pipe:0',
    `${'x'.repeat(250)}.wav`,
  ])('reads a file named %j as a file', async (name) => {
    expect(await samplesIn(await file(name, wavFile(tone(500))))).toBe(SAMPLE_RATE / 2);
  });

  it('keeps the processor away from a reader that is slow, and ends when it stops', async () => {
    const path = await file('long.wav', wavFile(noise(600_000)));
    const blocks = decoder.decode(path, { maxDurationMs: 3_600_000 }, never)[Symbol.asyncIterator]();
    await blocks.next();
    const [pid] = await childrenOf(process.pid, /ffmpeg .*long\.wav/);
    expect(await isRunning(pid!)).toBe(true);
    await blocks.return?.();
    expect(await isRunning(pid!)).toBe(false);
  });

  it('ends within a second when it is aborted', async () => {
    const path = await file('long.wav', wavFile(noise(600_000)));
    const stop = new AbortController();
    const blocks = decoder.decode(path, { maxDurationMs: 3_600_000 }, stop.signal)[Symbol.asyncIterator]();
    await blocks.next();
    const [pid] = await childrenOf(process.pid, /ffmpeg .*long\.wav/);
    stop.abort(new Error('stopped'));
    await expect.poll(() => isRunning(pid!), { timeout: 1_000, interval: 10 }).toBe(false);
    const rest = (async () => {
      while (!(await blocks.next()).done);
    })();
    await expect(rest).rejects.toThrow('stopped');
  });

  it('does not take the part before it was killed for the whole', async () => {
    const path = await file('long.wav', wavFile(silence(600_000)));
    const blocks = decoder.decode(path, { maxDurationMs: 3_600_000 }, never)[Symbol.asyncIterator]();
    await blocks.next();
    const [pid] = await childrenOf(process.pid, /ffmpeg .*long\.wav/);
    process.kill(pid!, 'SIGKILL');
    const rest = (async () => {
      while (!(await blocks.next()).done);
    })();
    await expect(rest).rejects.toMatchObject({ code: 'internal', permanent: false });
  });

  it('cuts the clips of a file without an index where they were asked for, and leaves nothing behind', async () => {
    // A tone that is 100 Hz higher each second: its pitch tells the time.
    const path = make(
      'rising.mp3',
      '-f',
      'lavfi',
      '-i',
      'aevalsrc=0.5*sin(2*PI*(200*t+50*floor(t)*(2*t-floor(t)-1))):s=16000:d=40',
      '-q:a',
      '5',
    );
    const spans = [31, 2, 17, 8, 25, 3, 12].map((second) => ({ startMs: second * 1_000, endMs: second * 1_000 + 900 }));
    const seconds: number[] = [];
    for await (const clip of decoder.clips(path, spans, never)) {
      const samples: number[] = [];
      const clipped = await file('clip.mp3', Buffer.from(clip?.bytes ?? []));
      for await (const block of decoder.decode(clipped, { maxDurationMs: 60_000 }, never)) samples.push(...block);
      const middle = samples.slice(5_000, 11_000);
      const crossings = middle.filter((sample, index) => index > 0 && sample >= 0 && (middle[index - 1] ?? 0) < 0).length;
      seconds.push(Math.round((crossings / (middle.length / SAMPLE_RATE) - 200) / 100));
    }
    expect(seconds).toEqual([31, 2, 17, 8, 25, 3, 12]);
    expect(
      (await readdir(tmpdir())).filter((name) => name.includes(`scholium-clips-`) && name.includes(`~${process.pid}~`)),
    ).toEqual([]);
  });

  it('stops cutting clips when nobody wants the next, and leaves nothing behind', async () => {
    const path = await file('long.wav', wavFile(noise(600_000)));
    const spans = Array.from({ length: 200 }, (_, index) => ({ startMs: index * 1_000, endMs: index * 1_000 + 30_000 }));
    for await (const clip of decoder.clips(path, spans, never)) {
      expect(clip?.bytes.length).toBeGreaterThan(100_000);
      break;
    }
    expect(await childrenOf(process.pid, /ffmpeg .*long\.wav/)).toEqual([]);
    expect(
      (await readdir(tmpdir())).filter((name) => name.includes(`scholium-clips-`) && name.includes(`~${process.pid}~`)),
    ).toEqual([]);
  });

  it('says how to get ffmpeg when it is missing', async () => {
    const missing = createFfmpegDecoder({ ffmpeg: 'ffmpeg-missing', ffprobe: 'ffprobe-missing' });
    const path = await file('a.wav', wavFile(tone(100)));
    const expected = { code: 'decoder_unavailable', detail: expect.stringContaining('apt install ffmpeg') };
    await expect(missing.probe(path, never)).rejects.toMatchObject(expected);
    await expect(missing.version()).rejects.toMatchObject(expected);
    const blocks = missing.decode(path, { maxDurationMs: 1_000 }, never)[Symbol.asyncIterator]();
    await expect(blocks.next()).rejects.toMatchObject(expected);
  });
});
