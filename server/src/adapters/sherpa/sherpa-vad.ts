import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/domain/app-error.ts';
import type { SampleSpan } from '../../core/domain/audio.ts';
import type { VoiceActivityDetector, VoiceActivitySession } from '../../core/ports/voice-activity-detector.ts';
import type { VadReply, VadRequest } from './vad-process.ts';

/** Silero VAD v5 (MIT), shipped with Scholium. */
const MODEL_PATH = fileURLToPath(new URL('../../../models/silero_vad_v5.onnx', import.meta.url));
const MODEL_SHA256 = '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f';
const PROCESS_PATH = fileURLToPath(new URL('./vad-process.ts', import.meta.url));

/**
 * Finds speech with the Silero model in a child process: a damaged model aborts the process it is loaded in,
 * and a missing one finds no speech at all, so the file is checked first. About 200 x real time on one core.
 */
export function createSherpaVad(modelPath: string = MODEL_PATH): VoiceActivityDetector {
  return {
    id: `silero-v5:${MODEL_SHA256.slice(0, 12)}:2`,
    open: async (signal) => {
      await checkModel(modelPath);
      return openSession(modelPath, signal);
    },
  };
}

async function checkModel(path: string): Promise<void> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AppError('model_unavailable', 'The voice activity model is missing. Install Scholium again.', { cause });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== MODEL_SHA256) {
    throw new AppError('model_unavailable', 'The voice activity model is damaged. Install Scholium again.');
  }
}

function openSession(modelPath: string, signal: AbortSignal): VoiceActivitySession {
  signal.throwIfAborted();
  const child = fork(PROCESS_PATH, [modelPath], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    // Ctrl-C in a terminal goes to the whole group; this process ends when we say so, or when we are gone.
    detached: true,
    env: {},
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const ask = createCalls(child, signal);
  return {
    accept: (samples) => ask({ kind: 'samples', samples }),
    flush: () => ask({ kind: 'flush' }),
    close: async () => {
      signal.removeEventListener('abort', stop);
      stop();
      await gone;
    },
  };
}

/** Requests are answered in order; a process that dies fails those that wait and all later ones. */
function createCalls(child: ChildProcess, signal: AbortSignal): (request: VadRequest) => Promise<readonly SampleSpan[]> {
  const waiting: PromiseWithResolvers<readonly SampleSpan[]>[] = [];
  let failure: AppError | null = null;
  let messages = '';
  child.stderr?.on('data', (data: Buffer) => {
    messages = (messages + data.toString('utf8')).slice(-4096);
  });
  const fail = (cause: unknown): void => {
    failure = new AppError(
      'engine_failed',
      'Voice activity detection stopped unexpectedly. Try again; if it happens every time, run "scholium doctor".',
      { cause },
    );
    for (const { reject } of waiting.splice(0)) reject(signal.aborted ? signal.reason : failure);
  };
  child.on('message', (reply: VadReply) => {
    waiting.shift()?.resolve(reply.spans);
  });
  child.once('error', fail);
  child.once('exit', () => fail(messages));
  return (request) => {
    if (failure) return Promise.reject(signal.aborted ? (signal.reason as unknown) : failure);
    const answer = Promise.withResolvers<readonly SampleSpan[]>();
    waiting.push(answer);
    child.send(request, (error) => {
      if (error) fail(error);
    });
    return answer.promise;
  };
}
