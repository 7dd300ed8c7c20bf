import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Config } from '@scholium/server/config.ts';
import { sampleFile } from './quality/sentences.ts';

/** The sample lecture over and over, as Ogg Opus of this length. Packets are copied, so hours are made in seconds. */
export async function repeatSample(config: Config, seconds: number, target: string): Promise<void> {
  const sample = sampleFile('how-memory-works.opus');
  const args = ['-nostdin', '-v', 'error', '-y', '-stream_loop', '-1', '-i', sample, '-t', String(seconds), '-c', 'copy', target];
  await promisify(execFile)(config.ffmpegPath, args);
}
