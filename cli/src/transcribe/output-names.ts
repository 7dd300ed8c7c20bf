import { basename, extname, join } from 'node:path';
import { CliError } from '../cli-error.ts';

/**
 * Where each file's transcript goes: `talk.mp3` becomes `talk.srt`; two recordings that differ in their ending only
 * keep it (`talk.mp3.srt`, `talk.wav.srt`).
 *
 * @throws CliError `usage` when two would have the same name all the same
 */
export function outputNames(files: readonly string[], folder: string, extension: string): string[] {
  const stems = files.map((file) => basename(file, extname(file)));
  const names = files.map((file, index) => {
    const stem = stems[index] ?? basename(file);
    const shared = stems.filter((other) => other === stem).length > 1;
    return `${shared ? basename(file) : stem}.${extension}`;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new CliError(
      'usage',
      'invalid_request',
      `Two of the files would both be written to "${twice}". Transcribe them one by one with different -o folders.`,
    );
  }
  return names.map((name) => join(folder, name));
}
