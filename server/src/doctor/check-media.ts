import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findingOf, ok, problem, warning, type Finding } from './finding.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;
const INSTALL = 'Debian and Ubuntu: "apt install ffmpeg", macOS: "brew install ffmpeg"';

/** What recordings are usually in: the names ffmpeg gives its decoders. */
const DECODERS = ['mp3', 'aac', 'opus', 'vorbis', 'flac', 'alac', 'pcm_s16le'];

/** ffmpeg and ffprobe, and whether they were built with what recordings need. */
export async function checkMedia(
  config: { readonly ffmpegPath: string; readonly ffprobePath: string },
  version: () => Promise<string>,
): Promise<Finding[]> {
  const ffmpeg = await findingOf('ffmpeg', async () => ok('ffmpeg', `Version ${await version()}.`));
  if (ffmpeg.status !== 'ok') return [ffmpeg];
  return [ffmpeg, await checkProbe(config.ffprobePath), await checkDecoders(config.ffmpegPath)];
}

async function checkProbe(ffprobe: string): Promise<Finding> {
  try {
    await run(ffprobe, ['-version'], { timeout: TIMEOUT_MS });
    return ok('ffprobe', 'It is there.');
  } catch {
    return problem('ffprobe', 'It was not found beside ffmpeg.', `Install ffmpeg whole (${INSTALL}), or set FFPROBE_PATH.`);
  }
}

async function checkDecoders(ffmpeg: string): Promise<Finding> {
  return findingOf('Decoders', async () => {
    const { stdout } = await run(ffmpeg, ['-hide_banner', '-decoders'], { timeout: TIMEOUT_MS, maxBuffer: 4e6 });
    const missing = missingDecoders(stdout);
    if (missing.length === 0) return ok('Decoders', `${DECODERS.join(', ')} are there.`);
    return warning(
      'Decoders',
      `This ffmpeg cannot read ${missing.join(', ')}.`,
      `Install a complete ffmpeg (${INSTALL}), or set FFMPEG_PATH to one.`,
    );
  });
}

/** Reads the table of `ffmpeg -decoders`: flags, then the name. */
export function missingDecoders(table: string): string[] {
  const names = new Set(table.split('\n').map((line) => /^ [VAS.]\S{5} (\S+)/.exec(line)?.[1]));
  return DECODERS.filter((name) => !names.has(name));
}
