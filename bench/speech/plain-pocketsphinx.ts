import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '@scholium/server/config.ts';
import { cpuSeconds } from '../process-figures.ts';

const run = promisify(execFile);

export interface PlainRun {
  readonly text: string;
  readonly wallMs: number;
  /** Processor seconds of the engine's process. */
  readonly cpuSeconds: number;
}

/** Any sound file as the 16 kHz mono samples that PocketSphinx reads. */
export async function writeRaw(config: Config, file: string, raw: string): Promise<void> {
  await run(config.ffmpegPath, ['-nostdin', '-v', 'error', '-y', '-i', file, '-ac', '1', '-ar', '16000', '-f', 's16le', raw]);
}

/** One process of PocketSphinx over the whole file, with its default settings: what everybody gets without Scholium. */
export async function runPlainPocketsphinx(config: Config, raw: string): Promise<PlainRun> {
  const cpuBefore = cpuSeconds();
  const startedAt = performance.now();
  const { stdout } = await run(plainProgram(config), ['-infile', raw, '-logfn', '/dev/null'], { maxBuffer: 2 ** 26 });
  return { text: stdout, wallMs: performance.now() - startedAt, cpuSeconds: cpuSeconds() - cpuBefore };
}

/** Debian ships it in the same package as `pocketsphinx_batch`. */
function plainProgram(config: Config): string {
  const beside = join(dirname(config.pocketsphinxPath), 'pocketsphinx_continuous');
  return existsSync(beside) ? beside : 'pocketsphinx_continuous';
}
