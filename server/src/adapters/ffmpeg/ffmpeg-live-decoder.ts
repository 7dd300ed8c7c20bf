import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { SAMPLE_RATE } from '../../core/domain/audio.ts';
import type { LiveDecoder, LiveDecoding } from '../../core/ports/live-decoder.ts';
import { isMissingProgram, keepTail, spawnLimited, type LimitedProcess } from '../child-process/spawn-limited.ts';
import { MEMORY_BYTES, MISSING, SAFE_INPUT } from './safe-input.ts';

const DEMUXERS = { webm: 'matroska', ogg: 'ogg' } as const;
/** What comes first says all there is to know; waiting for more would cost seconds. */
const AT_ONCE = ['-fflags', 'nobuffer', '-probesize', '4096', '-analyzeduration', '0'];
const OUTPUT = [
  '-map',
  '0:a:0',
  '-vn',
  '-sn',
  '-dn',
  '-ac',
  '1',
  '-ar',
  String(SAMPLE_RATE),
  '-flush_packets',
  '1',
  '-f',
  's16le',
  'pipe:1',
];

/** Decodes sound that arrives piece by piece, by an ffmpeg that reads its standard input. */
export function createFfmpegLiveDecoder({ ffmpeg }: { readonly ffmpeg: string }): LiveDecoder {
  return {
    async open(format, signal) {
      signal.throwIfAborted();
      const cwd = await mkdtemp(join(tmpdir(), 'scholium-live-'));
      const stop = new AbortController();
      const args = ['-v', 'error', ...AT_ONCE, ...SAFE_INPUT, '-f', DEMUXERS[format], '-i', 'pipe:0', ...OUTPUT];
      const limits = { memoryBytes: MEMORY_BYTES, cpuSeconds: null };
      const run = spawnLimited(ffmpeg, args, { cwd, limits, signal: AbortSignal.any([signal, stop.signal]) });
      const remove = run.ended.then(() => rm(cwd, { recursive: true, force: true }));
      return decodingOf(run, { signal, stop, remove });
    },
  };
}

function decodingOf(
  { child, ended }: LimitedProcess,
  { signal, stop, remove }: { signal: AbortSignal; stop: AbortController; remove: Promise<void> },
): LiveDecoding {
  const messages = keepTail(child.stderr, 4096);
  let hasEnded = false;
  const gone = ended.then(() => (hasEnded = true));
  return {
    async write(bytes) {
      if (hasEnded || !child.stdin.writable) return;
      if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, 'drain').catch(() => {}), gone]);
    },
    end: () => void child.stdin.end(),
    samples: read(),
    async close() {
      stop.abort();
      child.stdout.destroy();
      await ended;
      await remove;
    },
  };

  async function* read(): AsyncGenerator<Int16Array> {
    let half: Buffer | null = null;
    let count = 0;
    for await (const data of child.stdout) {
      const bytes: Buffer = half ? Buffer.concat([half, data]) : data;
      const whole = bytes.length - (bytes.length % 2);
      half = whole < bytes.length ? bytes.subarray(whole) : null;
      count += whole;
      // A copy: the bytes may lie at an odd offset of a pooled buffer that Node uses again.
      if (whole > 0) yield new Int16Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
    }
    const end = await ended;
    if (signal.aborted || stop.signal.aborted) return;
    if (isMissingProgram(end)) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
    if (count === 0 || (end.exitCode !== 0 && child.stdin.writable)) {
      throw new AppError(
        'media_damaged',
        'The sound cannot be read while it is recorded: it is not Opus in the container that was named, or it breaks off. What arrived is stored.',
        { cause: messages() },
      );
    }
  }
}
