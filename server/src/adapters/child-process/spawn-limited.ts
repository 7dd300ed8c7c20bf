import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Limits {
  /** Address space in bytes. */
  readonly memoryBytes: number;
  /** Processor time in seconds; null for no limit. */
  readonly cpuSeconds: number | null;
}

export interface LimitedProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when the process and its pipes have ended. Never rejects; `error` tells why it could not start. */
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly killedBy: NodeJS.Signals | null;
    readonly error: Error | null;
  }>;
  /** Ends the process and all it started, at once. Safe to call again. */
  kill(): void;
}

/**
 * Not `cat | program`: a shell waits for both, so a program that died would seem to live until its input ends. When the input ends (we
 * close it, or are killed) the program has a few seconds to end: one that opens the pipe by name only then waits for ever.
 */
const PIPED =
  'mkfifo input.pipe; exec 3<&0; { cat <&3 >input.pipe; exec 3<&-; sleep 3; kill -KILL 0; } >/dev/null 2>&1 & exec "$@" <input.pipe 3<&-';

/**
 * Starts a program with limits, in a folder of its own, as a process group that `kill` and the signal end as a
 * whole, with an environment that holds no secret of ours; `program` is an absolute path. With `pipeInput` its standard
 * input is a named pipe in `cwd` (a folder used by this process only): Node gives children a socket, which programs
 * that open `/dev/stdin` by name cannot read.
 *
 * @example spawnLimited('/usr/bin/ffprobe', ['-version'], { cwd, limits, signal })
 */
export function spawnLimited(
  program: string,
  args: readonly string[],
  options: { cwd: string; limits: Limits; signal: AbortSignal; pipeInput?: boolean },
): LimitedProcess {
  const { memoryBytes, cpuSeconds } = options.limits;
  const ulimits = `ulimit -v ${Math.floor(memoryBytes / 1024)}; ${cpuSeconds === null ? '' : `ulimit -t ${Math.ceil(cpuSeconds)}; `}`;
  const script = `${ulimits}${options.pipeInput ? PIPED : 'exec "$@"'}`;
  const child = spawn('sh', ['-c', script, 'sh', program, ...args], {
    cwd: options.cwd,
    detached: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: options.cwd, TMPDIR: options.cwd },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that ends early closes its input; that is told by its exit code, not by EPIPE.
  child.stdin.on('error', () => {});

  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  options.signal.addEventListener('abort', kill, { once: true });
  if (options.signal.aborted) kill();

  const ended = new Promise<Awaited<LimitedProcess['ended']>>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, killedBy: null, error }));
    child.once('close', (exitCode, killedBy) => resolve({ exitCode, killedBy, error: null }));
  }).finally(() => options.signal.removeEventListener('abort', kill));
  return { child, ended, kill };
}

/** Keeps the last `maxBytes` of a stream as text, for error messages in the log. */
export function keepTail(stream: Readable, maxBytes: number): () => string {
  let tail = Buffer.alloc(0);
  stream.on('data', (data: Buffer) => {
    tail = Buffer.concat([tail, data]).subarray(-maxBytes);
  });
  return () => tail.toString('utf8');
}

/** 127 is the shell's way to say that there is no such program. */
export function isMissingProgram(end: { exitCode: number | null; error: Error | null }): boolean {
  return end.exitCode === 127 || end.error !== null;
}
