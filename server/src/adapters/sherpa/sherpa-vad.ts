import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/domain/app-error.ts';
import type { SampleSpan } from '../../core/domain/audio.ts';
import type { VoiceActivityDetector, VoiceActivitySession } from '../../core/ports/voice-activity-detector.ts';
import { forkEngine } from './fork-engine.ts';
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
  const child = forkEngine<VadRequest, VadReply>(PROCESS_PATH, { signal, failure: stopped, timeoutMs: null });
  const ask = async (request: VadRequest): Promise<readonly SampleSpan[]> => (await child.ask(request)).spans;
  // A failure is told by the request that follows.
  ask({ kind: 'load', model: modelPath }).catch(() => {});
  return {
    accept: (samples) => ask({ kind: 'samples', samples }),
    flush: () => ask({ kind: 'flush' }),
    close: () => child.close(),
  };
}

function stopped(messages: string): AppError {
  return new AppError(
    'engine_failed',
    'Voice activity detection stopped unexpectedly. Try again; if it happens every time, run "scholium doctor".',
    { cause: messages },
  );
}
