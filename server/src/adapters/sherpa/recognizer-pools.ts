import type { Log } from '../../core/ports/log.ts';
import { openProcessPool, type ProcessPool } from '../child-process/process-pool.ts';
import { providerOf } from './speech-device.ts';
import { startRecognizer, type Recognizer } from './start-recognizer.ts';

export interface PoolOptions {
  readonly device: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** How long a pool that is given back stays ready; 0 ends it at once. */
  readonly keepWarmMs: number;
  readonly log: Pick<Log, 'warn'>;
}

export interface PoolWish {
  readonly modelId: string;
  /** Pools of the same key are interchangeable; null for one that nobody else can use. */
  readonly key: string | null;
  readonly processes: number;
  /** The engine's settings for what computes. */
  readonly config: (provider: string) => object;
}

export interface Recognizers {
  readonly pool: ProcessPool<Recognizer>;
  /** What computes, as sherpa calls it. */
  readonly provider: string;
  /** Gives the pool back: kept for the next recording when it is `reusable`, else ended. */
  release(reusable: boolean): Promise<void>;
}

interface Made {
  readonly pool: ProcessPool<Recognizer>;
  readonly provider: string;
  /** Ends its processes when it is aborted. */
  readonly stop: AbortController;
  /** All that were started for it. */
  readonly recognizers: readonly Recognizer[];
}

/**
 * Opens pools of recognizers on the device that is asked for; on the processor, with a warning, where the engine cannot use it or
 * fails on it. Loading a model takes seconds, so a pool that is given back waits a while for the next recording.
 */
export function recognizerPools(options: PoolOptions): {
  /** Aborting ends the pool. @throws AppError `model_unavailable` */
  open(wish: PoolWish, signal: AbortSignal): Promise<Recognizers>;
} {
  const warm = new Map<string, { made: Made; timer: NodeJS.Timeout }[]>();

  function takeWarm(key: string | null): Made | null {
    const entry = key === null ? undefined : warm.get(key)?.pop();
    if (!entry) return null;
    clearTimeout(entry.timer);
    if (!isWhole(entry.made)) {
      void end(entry.made);
      return takeWarm(key);
    }
    for (const recognizer of entry.made.recognizers) recognizer.holdsUs(true);
    return entry.made;
  }

  function keepWarm(key: string, made: Made): void {
    // Our own process may end while these wait; they end with it.
    for (const recognizer of made.recognizers) recognizer.holdsUs(false);
    const entry = {
      made,
      timer: setTimeout(() => {
        warm.set(
          key,
          (warm.get(key) ?? []).filter((other) => other !== entry),
        );
        void end(made);
      }, options.keepWarmMs).unref(),
    };
    warm.set(key, [...(warm.get(key) ?? []), entry]);
  }

  return {
    async open(wish, signal) {
      signal.throwIfAborted();
      const stop = new AbortController();
      const made = takeWarm(wish.key) ?? (await makeOnDevice(options, wish, stop, signal));
      const abort = (): void => made.stop.abort(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      return {
        pool: made.pool,
        provider: made.provider,
        async release(reusable) {
          signal.removeEventListener('abort', abort);
          if (reusable && wish.key !== null && options.keepWarmMs > 0 && isWhole(made)) keepWarm(wish.key, made);
          else await end(made);
        },
      };
    },
  };
}

/** Whether all processes that were started for it are there. */
function isWhole({ stop, recognizers }: Made): boolean {
  return !stop.signal.aborted && !recognizers.some((recognizer) => recognizer.hasEnded());
}

async function end(made: Made): Promise<void> {
  made.stop.abort();
  await made.pool.close();
}

async function makeOnDevice(options: PoolOptions, wish: PoolWish, stop: AbortController, signal: AbortSignal): Promise<Made> {
  const wanted = providerOf(options.device);
  const warn = (detail: string): void =>
    options.log.warn('application', 'speech.device-unavailable', { engine: 'sherpa', device: options.device, detail });
  if (wanted === null) warn('sherpa knows auto, cpu, cuda, coreml and directml; it runs on the processor.');
  if (wanted !== null && wanted !== 'cpu') {
    try {
      const made = await make(options, wish, { provider: wanted, stop }, signal);
      if (!made.recognizers.some(({ fellBack }) => fellBack)) return made;
      warn('The installed build of sherpa-onnx cannot use it; it runs on the processor.');
      return { ...made, provider: 'cpu' };
    } catch (error) {
      signal.throwIfAborted();
      warn(`It failed there and runs on the processor: ${String((error as Error).cause ?? error).slice(-300)}`);
    }
  }
  return make(options, wish, { provider: 'cpu', stop }, signal);
}

async function make(
  options: PoolOptions,
  wish: PoolWish,
  { provider, stop }: { provider: string; stop: AbortController },
  signal: AbortSignal,
): Promise<Made> {
  const recognizers: Recognizer[] = [];
  const abort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const pool = await openProcessPool(wish.processes, async () => {
      const environment = options.environment && { environment: options.environment };
      const recognizer = await startRecognizer(wish.config(provider), {
        signal: stop.signal,
        modelId: wish.modelId,
        ...environment,
      });
      recognizers.push(recognizer);
      return recognizer;
    });
    return { pool, provider, stop, recognizers };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
