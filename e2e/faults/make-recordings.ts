import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TIDES } from '../support/test-folder.ts';
import { between } from './seeded-random.ts';

const run = promisify(execFile);

/** A few seconds cut from the short sample: real speech, and bytes that no other recording has. */
export interface Recording {
  readonly name: string;
  readonly path: string;
  readonly lengthMs: number;
}

/** The sample lasts 23.4 s. */
const [LATEST_START_MS, SHORTEST_MS, LONGEST_MS] = [19_000, 2_500, 4_000];

export async function makeRecordings(folder: string, count: number, random: () => number): Promise<Recording[]> {
  const into = join(folder, 'recordings');
  await mkdir(into);
  const made: Recording[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `recording-${number}`;
    const path = join(into, `${name}.wav`);
    const startMs = between(random, 0, LATEST_START_MS);
    const lengthMs = between(random, SHORTEST_MS, LONGEST_MS);
    const cut = ['-ss', `${startMs}ms`, '-t', `${lengthMs}ms`, '-i', TIDES, '-ar', '16000', '-ac', '1'];
    // The title makes two cuts of one place differ in their bytes too.
    await run('ffmpeg', ['-nostdin', '-v', 'error', ...cut, '-metadata', `title=${name}`, path]);
    made.push({ name, path, lengthMs });
  }
  return made;
}
