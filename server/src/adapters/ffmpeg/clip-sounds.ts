import { readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { MAX_CLIP_MS, type ClipTimes, type SoundClip } from '../../core/ports/media-decoder.ts';
import { isMissingProgram, keepTail, spawnLimited, type Limits } from '../child-process/spawn-limited.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { MEMORY_BYTES, MISSING, SAFE_INPUT } from './safe-input.ts';

/** Clips cut by one run of ffmpeg: starting it takes as long as cutting two clips. */
const CLIPS_A_RUN = 12;
/** Runs at a time; each takes one core. */
const RUNS = 2;
/**
 * To reach the third hour of an MP3, which has no index, takes 0.3 s. From so many clips on its sound is copied into Matroska
 * first, which has one: 60 clips of three hours take 5 s instead of 12.
 */
const CLIPS_WORTH_AN_INDEX = 6;
const WITHOUT_INDEX = /^(?:mp3|aac)$/;
/** 40 hours of MP3. What is longer is cut where it is. */
const MOST_INDEXED_BYTES = 4 * 1024 ** 3;
const CPU_SECONDS_A_RUN = 120;
const RUN_TIMEOUT_MS = 300_000;
/** 48 kbit/s make 6 kB a second; a file that yields far more than was asked for is cut off. */
const MOST_BYTES = (MAX_CLIP_MS / 1000) * 6_000 * 2;

const ONLY_SOUND = ['-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'];
/**
 * MP3, mono, 24 kHz, 48 kbit/s: the one format that the players of Anki on all systems and phones take, iPhones
 * included (they know no Ogg). Without tags and encoder names, so that the same recording gives the same bytes.
 */
const MP3 = ['-ac', '1', '-ar', '24000', '-c:a', 'libmp3lame', '-b:a', '48k'];
/** Speech at this rate sounds the same, in half of the time. */
const FAST = ['-compression_level', '7'];
const BARE = ['-fflags', '+bitexact', '-flags:a', '+bitexact', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'];

export interface ClipSource {
  readonly path: string;
  /** As `MediaFacts.format`. */
  readonly format: string;
}

/** `MediaDecoder.clips`: a few runs of ffmpeg, each of which seeks in the file once for each clip. */
export async function* clipSounds(
  ffmpeg: string,
  { path, format }: ClipSource,
  spans: readonly ClipTimes[],
  signal: AbortSignal,
): AsyncGenerator<SoundClip | null> {
  if (spans.length === 0) return;
  const folder = await makeScratchFolder(tmpdir(), 'scholium-clips-');
  const stop = new AbortController();
  const job = { ffmpeg, folder, signal: AbortSignal.any([signal, stop.signal]) };
  const runs: Promise<(SoundClip | null)[]>[] = [];
  try {
    const isSlow = WITHOUT_INDEX.test(format) && spans.length >= CLIPS_WORTH_AN_INDEX;
    const input = isSlow ? await indexed(job, resolve(path)) : resolve(path);
    const batches = Array.from({ length: Math.ceil(spans.length / CLIPS_A_RUN) }, (_, index) =>
      spans.slice(index * CLIPS_A_RUN, (index + 1) * CLIPS_A_RUN),
    );
    for (const [index] of batches.entries()) {
      for (const [ahead, batch] of batches.entries()) {
        if (ahead < runs.length || ahead >= index + RUNS) continue;
        const run = cut(job, input, batch, ahead * CLIPS_A_RUN);
        // One that nobody waits for any more is no error of its own.
        run.catch(() => {});
        runs.push(run);
      }
      const clips = await runs[index];
      signal.throwIfAborted();
      yield* clips ?? [];
    }
  } finally {
    stop.abort();
    await Promise.allSettled(runs);
    await rm(folder, { recursive: true, force: true });
  }
}

interface ClipJob {
  readonly ffmpeg: string;
  /** Of this job alone. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** The sound as it is, in a file in which any time is found at once; the file itself when that cannot be made. */
async function indexed(job: ClipJob, path: string): Promise<string> {
  const limit = ['-fs', String(MOST_INDEXED_BYTES)];
  const copy = ['-map', '0:a:0', ...ONLY_SOUND, '-c:a', 'copy', ...limit, '-f', 'matroska', 'indexed.mka'];
  const { exitCode } = await run(job, [...SAFE_INPUT, '-i', `file:${path}`, ...copy]);
  const output = join(job.folder, 'indexed.mka');
  const isWhole =
    exitCode === 0 &&
    (await stat(output).then(
      ({ size }) => size > 0 && size < MOST_INDEXED_BYTES * 0.99,
      () => false,
    ));
  return isWhole ? output : path;
}

async function cut(job: ClipJob, path: string, spans: readonly ClipTimes[], first: number): Promise<(SoundClip | null)[]> {
  const inputs = spans.flatMap(({ startMs, endMs }) => {
    const lengthMs = Math.max(1, Math.min(MAX_CLIP_MS, endMs - Math.max(0, startMs)));
    return [...SAFE_INPUT, '-ss', seconds(Math.max(0, startMs)), '-t', seconds(lengthMs), '-i', `file:${path}`];
  });
  const outputs = spans.flatMap((_, index) => {
    const limit = ['-fs', String(MOST_BYTES)];
    return ['-map', `${index}:a:0`, ...ONLY_SOUND, ...MP3, ...FAST, ...BARE, ...limit, `${first + index}.mp3`];
  });
  const { exitCode, killedBy, messages } = await run(job, [...inputs, ...outputs]);
  const clips = await Promise.all(spans.map((_, index) => take(join(job.folder, `${first + index}.mp3`))));
  if ((exitCode !== 0 || killedBy !== null) && clips.every((clip) => clip === null))
    throw new AppError(
      'media_damaged',
      'No sound could be cut from the recording. Try to play it, or upload the original again.',
      {
        cause: `${killedBy ?? exitCode} ${messages}`,
      },
    );
  return clips;
}

/** Null when nothing was written. */
async function take(path: string): Promise<SoundClip | null> {
  const bytes = await readFile(path).catch(() => null);
  await rm(path, { force: true });
  return bytes === null || bytes.length === 0 ? null : { extension: 'mp3', bytes };
}

async function run({ ffmpeg, folder, signal }: ClipJob, args: readonly string[]) {
  signal.throwIfAborted();
  const limits: Limits = { memoryBytes: MEMORY_BYTES, cpuSeconds: CPU_SECONDS_A_RUN };
  const timeout = AbortSignal.timeout(RUN_TIMEOUT_MS);
  const child = spawnLimited(ffmpeg, ['-nostdin', '-v', 'error', ...args], {
    cwd: folder,
    limits,
    signal: AbortSignal.any([signal, timeout]),
  });
  const messages = keepTail(child.child.stderr, 4096);
  child.child.stdout.resume();
  const end = await child.ended;
  signal.throwIfAborted();
  if (isMissingProgram(end)) throw new AppError('decoder_unavailable', MISSING, { cause: end.error });
  if (/Unknown encoder/.test(messages()))
    throw new AppError(
      'decoder_unavailable',
      'This ffmpeg cannot write MP3. Install one that can ("apt install ffmpeg", "brew install ffmpeg") or set FFMPEG_PATH.',
      { cause: messages() },
    );
  return { exitCode: end.exitCode, killedBy: end.killedBy, messages: messages() };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
