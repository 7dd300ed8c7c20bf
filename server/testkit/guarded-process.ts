import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export interface GuardedProcess {
  /** Ends the program with a signal and waits until it is gone. Safe to call again. */
  end(signal?: 'TERM' | 'INT' | 'KILL' | 'QUIT'): Promise<void>;
  /** Resolves with what it wrote, when it is gone. */
  readonly ended: Promise<string>;
}

/** The shell reads its input until we are gone, however we go, and ends the program then; or what signal it is told to send. */
const GUARD =
  '"$@" 2>&1 & pid=$!; (wait_for() { while read -r signal; do kill -s "$signal" $pid; done; kill -s KILL $pid; }; wait_for) 2>/dev/null & wait $pid';

/** Starts a server program that never outlives the test process. `user`: who runs it when we are root. */
export function startGuarded(program: string, args: readonly string[], options: { cwd: string; user?: string }): GuardedProcess {
  const ids = options.user && process.getuid?.() === 0 ? idsOf(options.user) : {};
  // `exec 3<&0`: a background job's own input is /dev/null.
  const child = spawn(
    'sh',
    ['-c', `exec 3<&0; ${GUARD.replace('while read -r signal; do', 'while read -r signal <&3; do')}`, 'sh', program, ...args],
    {
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: options.cwd },
      ...ids,
    },
  );
  let output = '';
  const keep = (data: Buffer): void => void (output = (output + data.toString('utf8')).slice(-16_384));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit').then(() => output);
  return {
    ended,
    async end(signal = 'TERM') {
      child.stdin.write(`${signal}\n`);
      await ended;
      child.stdin.end();
    },
  };
}

export function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  await new Promise((resolve) => server.close(resolve));
  return port;
}
