import { fork, type Serializable } from 'node:child_process';
import type { AppError } from '../../core/domain/app-error.ts';

export interface EngineProcess<Request extends Serializable, Reply> {
  /** Sends a request; requests are answered in order. A process that ended fails those that wait and all later ones. */
  ask(request: Request): Promise<Reply>;
  /** The end of what the engine has written to its standard error. */
  messages(): string;
  /** Whether the process is gone. */
  hasEnded(): boolean;
  /** Whether our own process stays alive for this one; it does until told otherwise. */
  holdsUs(isHolding: boolean): void;
  /** Ends the process at once. Safe to call again. */
  close(): Promise<void>;
}

export interface EngineProcessOptions {
  /** Ends the process; what waits then fails with its reason. */
  readonly signal: AbortSignal;
  /** The error for a process that ended by itself or did not answer in time, from its last messages. */
  readonly failure: (messages: string) => AppError;
  /** Longest wait for one answer; null for none. */
  readonly timeoutMs: number | null;
  /** Of our own environment it gets nothing else. */
  readonly environment?: Readonly<Record<string, string>>;
}

const MOST_MESSAGES = 4096;

/**
 * Runs a part of the engine in a process of its own: sherpa-onnx ends its process when a model is damaged, and cannot be
 * interrupted while it works.
 *
 * @throws the signal's reason when it is aborted already
 */
export function forkEngine<Request extends Serializable, Reply>(
  path: string,
  options: EngineProcessOptions,
): EngineProcess<Request, Reply> {
  const { signal, timeoutMs } = options;
  signal.throwIfAborted();
  const child = fork(path, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    // Ctrl-C in a terminal goes to the whole group; this process ends when we say so, or when we are gone.
    detached: true,
    env: { ...options.environment },
  });
  const waiting: PromiseWithResolvers<Reply>[] = [];
  let failure: AppError | null = null;
  let messages = '';
  child.stderr?.on('data', (data: Buffer) => {
    messages = (messages + data.toString('utf8')).slice(-MOST_MESSAGES);
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const gone = Promise.withResolvers<void>();
  const end = (cause?: unknown): void => {
    failure ??= options.failure(cause === undefined ? messages : String(cause));
    for (const { reject } of waiting.splice(0)) reject(signal.aborted ? signal.reason : failure);
    signal.removeEventListener('abort', stop);
    gone.resolve();
  };
  child.on('message', (reply) => {
    // What the process sends is ours: it runs the file at `path`.
    waiting.shift()?.resolve(reply as Reply);
  });
  child.once('error', (error) => {
    stop();
    end(error);
  });
  child.once('close', () => end());

  return {
    async ask(request) {
      if (failure) throw signal.aborted ? signal.reason : failure;
      const answer = Promise.withResolvers<Reply>();
      waiting.push(answer);
      const timeout = timeoutMs === null ? null : setTimeout(stop, timeoutMs);
      child.send(request, (error) => {
        if (error) stop();
      });
      return answer.promise.finally(() => clearTimeout(timeout ?? undefined));
    },
    messages: () => messages,
    hasEnded: () => failure !== null,
    holdsUs(isHolding) {
      // stderr is a socket, which the types do not tell.
      const handles = [child, child.channel, child.stderr as unknown as { ref(): void; unref(): void } | null];
      for (const handle of handles) {
        if (isHolding) handle?.ref();
        else handle?.unref();
      }
    },
    async close() {
      stop();
      await gone.promise;
    },
  };
}
