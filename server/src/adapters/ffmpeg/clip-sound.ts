import { dirname } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { MAX_CLIP_MS, type SoundClip } from '../../core/ports/media-decoder.ts';
import { isMissingProgram, keepTail, spawnLimited } from '../child-process/spawn-limited.ts';
import { MEMORY_BYTES, MISSING, SAFE_INPUT } from './safe-input.ts';

/** To reach the tenth hour of an MP3 without an index takes 1.2 s of processor time. */
const CPU_SECONDS = 60;
const TIMEOUT_MS = 120_000;
/** 48 kbit/s make 6 kB a second; a file that yields far more than was asked for is cut off. */
const MOST_BYTES = (MAX_CLIP_MS / 1000) * 6_000 * 2;

/**
 * MP3, mono, 24 kHz, 48 kbit/s: the one format that the players of Anki on all systems and phones take, iPhones
 * included (they know no Ogg). Without tags and encoder names, so that the same recording gives the same bytes.
 */
const OUTPUT = [
  '-map',
  '0:a:0',
  '-vn',
  '-sn',
  '-dn',
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-ac',
  '1',
  '-ar',
  '24000',
  '-c:a',
  'libmp3lame',
  // Speech at this rate sounds the same, in half of the time.
  '-compression_level',
  '7',
  '-b:a',
  '48k',
  '-fflags',
  '+bitexact',
  '-flags:a',
  '+bitexact',
  '-write_xing',
  '0',
  '-id3v2_version',
  '0',
  '-f',
  'mp3',
  'pipe:1',
];

/** `MediaDecoder.clip` by one run of ffmpeg that seeks in its input. */
export async function clipSound(
  ffmpeg: string,
  path: string,
  span: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<SoundClip> {
  signal.throwIfAborted();
  const startMs = Math.max(0, span.startMs);
  const lengthMs = Math.max(1, Math.min(MAX_CLIP_MS, span.endMs - startMs));
  const where = ['-ss', seconds(startMs), '-t', seconds(lengthMs)];
  const run = spawnLimited(ffmpeg, ['-nostdin', '-v', 'error', ...SAFE_INPUT, ...where, '-i', `file:${path}`, ...OUTPUT], {
    cwd: dirname(path),
    limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: CPU_SECONDS },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const messages = keepTail(run.child.stderr, 4096);
  const blocks: Buffer[] = [];
  let sizeBytes = 0;
  run.child.stdout.on('data', (block: Buffer) => {
    sizeBytes += block.length;
    if (sizeBytes <= MOST_BYTES) blocks.push(block);
    else run.kill();
  });
  const end = await run.ended;
  signal.throwIfAborted();
  if (isMissingProgram(end)) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
  if (/Unknown encoder/.test(messages()))
    throw new AppError(
      'decoder_unavailable',
      'This ffmpeg cannot write MP3. Install one that can ("apt install ffmpeg", "brew install ffmpeg") or set FFMPEG_PATH.',
      { cause: messages() },
    );
  if (end.killedBy || sizeBytes === 0)
    throw new AppError('media_damaged', 'There is no sound at this place of the recording.', {
      cause: `${end.killedBy ?? end.exitCode} ${messages()}`,
    });
  return { extension: 'mp3', bytes: Buffer.concat(blocks) };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
