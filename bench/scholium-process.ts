import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@scholium/client';

const CLI = fileURLToPath(new URL('../cli/src/main.ts', import.meta.url));
const READY = /ready at (http:\S+?) |works on jobs/;

/** A real process of Scholium. */
export interface ScholiumProcess {
  readonly pid: number;
  /** Of its API; a worker has none, and asking for it throws. */
  readonly client: Client;
  /** Sends the signal and resolves when the process is gone. Safe to call again. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ProcessOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Number of the one core that it may use, its children too (`taskset`). */
  readonly core?: number;
}

/** Starts `scholium` with these arguments and waits until it says that it is ready. It does not outlive this process. */
export async function startScholium(args: readonly string[], options: ProcessOptions): Promise<ScholiumProcess> {
  const { folder, environment = {}, core } = options;
  const command = [process.execPath, CLI, ...args];
  const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const child = spawn(program, rest, {
    cwd: folder, // not in the checkout: a `.env` there is somebody's own
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'error',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(child, 'exit').finally(() => process.off('exit', kill));
  let said = '';
  const isReady = new Promise<RegExpExecArray>((resolve) => {
    child.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString('utf8')).slice(-8_192);
      const match = READY.exec(said);
      if (match) resolve(match);
    });
  });
  const failed = gone.then(([code]: unknown[]) => {
    throw new Error(`scholium ${args.join(' ')} ended with ${String(code)}: ${said}`);
  });
  const [, url] = await Promise.race([isReady, failed]);
  failed.catch(() => {}); // from now on its end is asked for
  const { pid } = child;
  if (pid === undefined) throw new Error('A process that speaks has an id.');
  return {
    pid,
    get client() {
      if (url === undefined) throw new Error('A worker has no API.');
      return createClient({ baseUrl: url });
    },
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

/** A folder for the processes of a bench, gone after `work`. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
