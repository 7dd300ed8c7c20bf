import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tmpdir } from 'node:os';
import { AppError } from '../../core/domain/app-error.ts';
import { msToSamples, SAMPLE_RATE } from '../../core/domain/audio.ts';
import type { MediaDecoder, MediaFacts } from '../../core/ports/media-decoder.ts';
import { isMissingProgram, keepTail, spawnLimited, type Limits } from '../child-process/spawn-limited.ts';
import { clipSounds } from './clip-sounds.ts';
import { MEMORY_BYTES, MISSING, SAFE_INPUT } from './safe-input.ts';
import { parseProbe } from './parse-probe.ts';

/** A probe reads a few megabytes; one that takes longer is an attack or a broken disk. */
const PROBE_LIMITS: Limits = { memoryBytes: MEMORY_BYTES, cpuSeconds: 20 };
const PROBE_TIMEOUT_MS = 30_000;
/** No output for this long means that the decoder hangs. */
const STALL_MS = 60_000;

/** A second of sound: each block costs messages to the detector and turns of the event loop. */
const BLOCK_BYTES = 2 * SAMPLE_RATE;

const STOPPED =
  'ffmpeg was stopped while it read the recording: by the system for want of memory, or because it hung. What is done is kept; try again.';

/** @param paths programs to run; `ffprobe` lies beside `ffmpeg` */
export function createFfmpegDecoder(paths: { ffmpeg: string; ffprobe: string }): MediaDecoder {
  return {
    probe: (path, signal) => probe(paths.ffprobe, path, signal),
    decode: (path, options, signal) => decode(paths.ffmpeg, path, options.maxDurationMs, signal),
    async *clips(path, spans, signal) {
      if (spans.length === 0) return;
      const { format } = await probe(paths.ffprobe, path, signal);
      yield* clipSounds(paths.ffmpeg, { path, format }, spans, signal);
    },
    version: () => version(paths.ffmpeg),
  };
}

async function probe(ffprobe: string, path: string, signal: AbortSignal): Promise<MediaFacts> {
  if ((await stat(path)).size === 0) throw new AppError('media_empty', 'The file is empty. Upload the recording again.');
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const args = [
    '-v',
    'error',
    ...SAFE_INPUT,
    '-show_entries',
    'format=format_name,duration:stream=codec_type,codec_name,codec_tag_string,sample_rate:packet=codec_type:packet_side_data=side_data_type',
    // Only packets tell of encryption: ffmpeg shows such a track under the name that it has when it is decrypted.
    '-show_packets',
    '-read_intervals',
    '%+#50',
    '-of',
    'json',
    `file:${path}`,
  ];
  const run = spawnLimited(ffprobe, args, {
    cwd: dirname(path),
    limits: PROBE_LIMITS,
    signal: AbortSignal.any([signal, timeout]),
  });
  const output = keepTail(run.child.stdout, 1024 * 1024);
  const messages = keepTail(run.child.stderr, 4096);
  const end = await run.ended;
  signal.throwIfAborted();
  if (isMissingProgram(end)) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
  return parseProbe({ exitCode: end.exitCode, output: output(), messages: messages() });
}

async function* decode(ffmpeg: string, path: string, maxDurationMs: number, signal: AbortSignal): AsyncGenerator<Int16Array> {
  const stop = new AbortController();
  const args = [
    '-nostdin',
    '-v',
    'error',
    ...SAFE_INPUT,
    '-i',
    `file:${path}`,
    '-map',
    '0:a:0',
    '-vn',
    '-sn',
    '-dn',
    '-ac',
    '1',
    '-ar',
    String(SAMPLE_RATE),
    '-f',
    's16le',
    'pipe:1',
  ];
  const run = spawnLimited(ffmpeg, args, {
    cwd: dirname(path),
    limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: null },
    signal: AbortSignal.any([signal, stop.signal]),
  });
  const messages = keepTail(run.child.stderr, 4096);
  const maxSamples = msToSamples(maxDurationMs);
  let samples = 0;
  try {
    for await (const block of blocksOf(run.child.stdout, run.kill)) {
      samples += block.length;
      if (samples > maxSamples) {
        throw new AppError(
          'media_too_long',
          `The recording is longer than ${formatHours(maxDurationMs)} hours, the most this server takes. Split it, or raise MEDIA_MAX_HOURS.`,
        );
      }
      yield block;
    }
    const end = await run.ended;
    signal.throwIfAborted();
    if (isMissingProgram(end)) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
    if (end.killedBy) throw new AppError('internal', STOPPED, { cause: `${end.killedBy} ${messages()}` });
    // A file that breaks off gives what could be read: the rest of an hour is worth more than a clean exit code.
    if (samples === 0)
      throw new AppError(
        'media_damaged',
        'No sound could be read from the file. It may be damaged or cut off at the start; try to play it, or upload the original again.',
        { cause: messages() },
      );
  } finally {
    stop.abort();
    // Sound that nobody read would keep the pipe open, and with it the wait for the end.
    run.child.stdout.destroy();
    await run.ended;
  }
}

/** Blocks of a second or a little more (ffmpeg writes a sixth of that at a time), of whole samples. Ends the process when it says nothing for too long while we wait. */
async function* blocksOf(stdout: AsyncIterable<Buffer>, kill: () => void): AsyncGenerator<Int16Array> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  /** A copy: the bytes may lie at an odd offset of a pooled buffer that Node uses again. A half sample stays. */
  const take = (): Int16Array => {
    const whole = new Uint8Array(bytes - (bytes % 2));
    const all = Buffer.concat(waiting, bytes);
    all.copy(whole, 0, 0, whole.length);
    waiting = whole.length < bytes ? [all.subarray(whole.length)] : [];
    bytes -= whole.length;
    return new Int16Array(whole.buffer);
  };
  const source = stdout[Symbol.asyncIterator]();
  for (;;) {
    const stall = setTimeout(kill, STALL_MS);
    const next = await source.next().finally(() => clearTimeout(stall));
    if (next.done) break;
    waiting.push(next.value);
    bytes += next.value.length;
    if (bytes >= BLOCK_BYTES) yield take();
  }
  if (bytes > 1) yield take();
}

async function version(ffmpeg: string): Promise<string> {
  const run = spawnLimited(ffmpeg, ['-version'], {
    cwd: tmpdir(),
    limits: PROBE_LIMITS,
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  const output = keepTail(run.child.stdout, 64 * 1024);
  run.child.stderr.resume();
  const end = await run.ended;
  const match = /^ffmpeg version (\S+)/.exec(output());
  if (isMissingProgram(end) || !match?.[1]) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
  return match[1];
}

function formatHours(ms: number): string {
  return String(Math.round(ms / 360_000) / 10);
}
