import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { notLoaded, stopped } from './engine-failures.ts';
import { forkEngine, type EngineProcessOptions } from './fork-engine.ts';
import { readResult, type HeardText } from './heard-text.ts';
import type { RecognizerReply, RecognizerRequest } from './recognizer-process.ts';

export interface Recognizer {
  /** What is said in a piece of sound (16 kHz), with silence after it up to `leastSamples`. @throws AppError `engine_failed` */
  hear(samples: Int16Array, options: { readonly hints: string | null; readonly leastSamples: number }): Promise<HeardText>;
  /** Whether the engine took the processor although something else was asked for. */
  readonly fellBack: boolean;
  /** These as in `EngineProcess`. */
  hasEnded(): boolean;
  holdsUs(isHolding: boolean): void;
  close(): Promise<void>;
}

const PROCESS_PATH = fileURLToPath(new URL('./recognizer-process.ts', import.meta.url));
/** A piece lasts half a minute at most; the largest models need some minutes for it on a slow processor. This is a hang. */
const HEAR_TIMEOUT_MS = 15 * 60_000;
/** What sherpa writes when it cannot compute on what was asked for. */
const FELL_BACK = /fall\s?back to cpu/i;
/** What it writes when a model failed on some sound; it gives an empty text then. */
const CAUGHT = 'Caught exception';

/**
 * Loads a model in a process of its own.
 *
 * @throws AppError `model_unavailable` when it cannot be loaded
 */
export async function startRecognizer(
  config: object,
  options: Pick<EngineProcessOptions, 'signal' | 'environment'> & { readonly modelId: string },
): Promise<Recognizer> {
  let isLoaded = false;
  const child = forkEngine<RecognizerRequest, RecognizerReply>(PROCESS_PATH, {
    ...options,
    timeoutMs: HEAR_TIMEOUT_MS,
    failure: (messages) => (isLoaded ? stopped(messages) : notLoaded(options.modelId, messages)),
  });
  await child.ask({ kind: 'load', config });
  isLoaded = true;
  return {
    fellBack: FELL_BACK.test(child.messages()),
    async hear(samples, options) {
      const messagesBefore = child.messages();
      const heard = readResult((await child.ask({ kind: 'hear', samples, ...options })).json);
      if (heard.text === '' && (await newMessages(messagesBefore)).includes(CAUGHT)) throw stopped(child.messages());
      return heard;
    },
    hasEnded: () => child.hasEnded(),
    holdsUs: (isHolding) => child.holdsUs(isHolding),
    close: () => child.close(),
  };

  /** Messages go another way than answers; what was written before the answer is there one turn after it. */
  async function newMessages(before: string): Promise<string> {
    await setImmediate();
    await setImmediate();
    const now = child.messages();
    return now.startsWith(before) ? now.slice(before.length) : now;
  }
}
