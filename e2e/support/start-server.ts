import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createClient, type Client } from '@scholium/client';
import { spawnScholium, type Environment } from './run-scholium.ts';
import { waitUntil } from './wait-until.ts';

/** A real server process. */
export interface TestServer {
  readonly url: string;
  readonly pid: number;
  readonly client: Client;
  /** Everything it wrote so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The time from its start to its first word that it is ready. */
  readonly readyMs: number;
  /** Resolves when it is gone, however it went. */
  readonly gone: Promise<unknown>;
  /** Sends a signal and resolves with the exit code (null when the signal ended it) once it is gone. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const READY = /ready at (http:\S+)/;

/** Starts `scholium serve`, on a free port unless one is given. End it with `end`. */
export async function startServer(folder: string, environment: Environment = {}, port = 0): Promise<TestServer> {
  const startedAt = performance.now();
  const child = spawnScholium(['serve', '--port', String(port)], { folder, environment });
  const closed = once(child, 'close');
  const [out, err]: [string[], string[]] = [[], []];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line));
  const stderr = (): string => err.join('\n');
  const url = await waitUntil('the server is ready', () => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${stderr()}`);
    return READY.exec(stderr())?.[1];
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('A process that speaks has an id.');
  return {
    url,
    pid,
    client: createClient({ baseUrl: url }),
    stdout: () => out.join('\n'),
    stderr,
    gone: closed,
    readyMs: performance.now() - startedAt,
    async end(signal) {
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}

/** A real worker process, without an API. */
export type TestWorker = Pick<TestServer, 'pid' | 'stdout' | 'stderr' | 'gone' | 'end'>;

/** Starts `scholium worker`. End it with `end`. */
export async function startWorker(folder: string, environment: Environment = {}): Promise<TestWorker> {
  const child = spawnScholium(['worker'], { folder, environment });
  const closed = once(child, 'close');
  const [out, err]: [string[], string[]] = [[], []];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line));
  const stderr = (): string => err.join('\n');
  await waitUntil('the worker is ready', () => {
    if (child.exitCode !== null) throw new Error(`The worker ended with ${child.exitCode}: ${stderr()}`);
    return stderr().includes('works on jobs');
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('A process that speaks has an id.');
  return {
    pid,
    stdout: () => out.join('\n'),
    stderr,
    gone: closed,
    async end(signal) {
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}
