import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { keepTail, spawnLimited } from '../child-process/spawn-limited.ts';
import { postSound } from '../speech-engine/post-sound.ts';
import { readVerboseAnswer, type VerboseAnswer } from '../speech-engine/verbose-answer.ts';
import { notLoaded, stopped } from './whisper-failures.ts';
import { whisperLanguage, WHISPER_LIMITS, type WhisperModelFile, type WhisperWish } from './whisper-wish.ts';

export interface WhisperServer {
  /** One piece of sound; one after the other. An abort ends the process. @throws AppError `engine_failed`; the signal's reason */
  hear(samples: Int16Array, wish: Omit<WhisperWish, 'threads' | 'cpuOnly'>, signal: AbortSignal): Promise<VerboseAnswer>;
  hasEnded(): boolean;
  /** Whether our own process stays alive for this one; it does until told otherwise. */
  holdsUs(isHolding: boolean): void;
  close(): Promise<void>;
}

export interface WhisperServerOptions {
  readonly program: string;
  readonly model: WhisperModelFile;
  readonly threads: number;
  readonly cpuOnly: boolean;
  /** An empty folder of its own. */
  readonly folder: string;
}

const LOAD_TIMEOUT_MS = 10 * 60_000;
const HEAR_TIMEOUT_MS = 3_600_000;
const ASK_EVERY_MS = 50;

/**
 * Starts `whisper-server`, which loads its model once, for this machine only and under a path that nobody can guess; it ends with us,
 * however we end.
 *
 * @throws AppError `model_unavailable` when it ends before it is ready; the signal's reason
 */
export async function startWhisperServer(options: WhisperServerOptions, signal: AbortSignal): Promise<WhisperServer> {
  signal.throwIfAborted();
  const path = `/${randomBytes(16).toString('hex')}`;
  const port = await freePort();
  const address = ['--host', '127.0.0.1', '--port', String(port), '--request-path', path];
  const args = ['-m', options.model.path, '-t', String(options.threads), ...(options.cpuOnly ? ['-ng'] : []), ...address];
  const stop = new AbortController();
  const process = spawnLimited(options.program, args, {
    cwd: options.folder,
    limits: WHISPER_LIMITS,
    signal: stop.signal,
    pipeInput: true,
  });
  process.child.stdout.resume();
  const messages = keepTail(process.child.stderr, 4096);
  let ended = false;
  const gone = process.ended.finally(() => (ended = true));
  const base = `http://127.0.0.1:${port}${path}`;
  const close = async (): Promise<void> => {
    stop.abort();
    await gone;
  };
  try {
    const until = Date.now() + LOAD_TIMEOUT_MS;
    while (!(await isReady(base))) {
      if (ended || Date.now() > until) throw notLoaded(options.model.id, messages());
      await sleep(ASK_EVERY_MS, undefined, { signal });
    }
    signal.throwIfAborted();
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  }
  return {
    hasEnded: () => ended,
    holdsUs(isHolding) {
      const { child } = process;
      // Pipes are sockets, which the types do not tell.
      const pipes = [child.stdin, child.stdout, child.stderr] as unknown as readonly { ref(): void; unref(): void }[];
      for (const handle of [child, ...pipes]) {
        if (isHolding) handle.ref();
        else handle.unref();
      }
    },
    close,
    async hear(samples, { language, task, prompt }, hearSignal) {
      const either = AbortSignal.any([hearSignal, stop.signal, AbortSignal.timeout(HEAR_TIMEOUT_MS)]);
      const fields: [string, string][] = [
        ['response_format', 'verbose_json'],
        ['no_language_probabilities', 'true'],
        ['language', whisperLanguage(language)],
        ['translate', String(task === 'translate')],
        ['prompt', prompt ?? ''],
      ];
      try {
        const answer = await postSound({ url: `${base}/inference`, samples, fields, headers: {} }, either);
        if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
        return readVerboseAnswer(answer.text);
      } catch {
        // It may be computing still; the next piece gets a new one.
        await close();
        hearSignal.throwIfAborted();
        throw stopped(messages());
      }
    },
  };
}

async function isReady(base: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${base}/health`, { reset: true });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // it does not listen yet
  }
}

/** A port that was free a moment ago; when somebody takes it meanwhile, the server ends and the job tries again. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  await new Promise((resolve) => server.close(resolve));
  return port;
}
