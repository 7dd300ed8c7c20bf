import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ROOT } from './test-folder.ts';

export type Environment = Readonly<Record<string, string>>;

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where systems keep programs; Homebrew among them. */
const PROGRAM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin'];

/** What every process of a test gets: nothing of the tester's own settings. */
export function testEnvironment(folder: string, more: Environment = {}): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), ...PROGRAM_FOLDERS].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    DATA_DIR: join(folder, 'data'),
    ...more,
  };
}

/** Starts `scholium` with its output piped. The caller ends it. */
export function spawnScholium(
  args: readonly string[],
  options: { folder: string; environment?: Environment },
): ChildProcessByStdio<null, Readable, Readable> {
  const { folder, environment = {} } = options;
  // Not in the checkout: a `.env` there is the tester's.
  return spawn(process.execPath, [join(ROOT, 'cli/src/main.ts'), ...args], {
    cwd: folder,
    env: testEnvironment(folder, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A command that takes longer hangs, and is ended so that it does not outlive its test. */
const RUN_TIMEOUT_MS = 400_000;

/** Runs `scholium` to its end. */
export async function runScholium(
  args: readonly string[],
  options: { folder: string; environment?: Environment; timeoutMs?: number },
): Promise<Run> {
  const child = spawnScholium(args, options);
  const hangs = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? RUN_TIMEOUT_MS);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), child.exitCode ?? once(child, 'close')]);
  clearTimeout(hangs);
  return { code: child.exitCode, stdout, stderr };
}
