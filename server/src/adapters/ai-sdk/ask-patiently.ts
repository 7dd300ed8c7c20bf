import { AppError } from '../../core/domain/app-error.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Patience } from './model-settings.ts';
import { providerProblem, type Asked, type ProviderProblem } from './provider-problem.ts';

export interface PatientDeps {
  readonly clock: Clock;
  readonly patience: Patience;
  readonly random: () => number;
  readonly asked: Asked;
  /** By the clock; the time after which no further try begins. */
  readonly deadline: number;
}

/**
 * Asks until there is an answer: again after rate limits, faults of the provider and silence, with pauses as the provider wishes or else
 * growing ones, until tries or time are used up. Each try gets a signal that ends its request.
 *
 * @throws AppError `model_rate_limited`, `model_unreachable`, `model_refused`, `cancelled`
 */
export async function askPatiently<T>(
  deps: PatientDeps,
  ask: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { clock, patience, asked } = deps;
  for (let tried = 1; ; tried += 1) {
    throwIfCancelled(signal);
    const left = deps.deadline - clock.now();
    const request = watch(clock, Math.min(patience.requestTimeoutMs, left), signal);
    try {
      return await ask(request.signal);
    } catch (thrown) {
      throwIfCancelled(signal);
      const problem = request.late() ? silence(asked) : providerProblem(thrown, asked, clock.now());
      const pauseMs = pauseAfter(problem, tried, deps);
      if (pauseMs === null) throw problem.error;
      await clock.sleep(pauseMs, signal);
    } finally {
      request.stop();
    }
  }
}

/** How long to wait before the next try; null: there is none. */
function pauseAfter({ error, retryAfterMs }: ProviderProblem, tried: number, deps: PatientDeps): number | null {
  const { patience, clock, random } = deps;
  if (error.permanent || error.code === 'internal' || tried >= patience.maxTries) return null;
  if (retryAfterMs !== null && retryAfterMs > patience.maxRetryAfterMs) return null;
  const growing = Math.min(patience.maxDelayMs, patience.baseDelayMs * 2 ** (tried - 1));
  // Full jitter; on top of what the provider asks for, so that not all come back in the same moment.
  const pauseMs = Math.ceil(retryAfterMs === null ? random() * growing : retryAfterMs + random() * patience.baseDelayMs);
  return clock.now() + pauseMs < deps.deadline ? pauseMs : null;
}

export interface Watch {
  /** Aborted when the time is over, or by the signal that was given. */
  readonly signal: AbortSignal;
  late(): boolean;
  /** Stops the time. */
  pause(): void;
  /** Starts the time again, with this much of it. */
  again(timeoutMs: number): void;
  /** Ends the request, if it is still open. */
  stop(): void;
}

/** Gives something this much time, by the clock. */
export function watch(clock: Clock, timeoutMs: number, signal: AbortSignal): Watch {
  const request = new AbortController();
  let timer = new AbortController();
  let late = false;
  const pass = (): void => request.abort(signal.reason);
  signal.addEventListener('abort', pass, { once: true });
  if (signal.aborted) pass();
  const elapse = async (stopped: AbortSignal, ms: number): Promise<void> => {
    await clock.sleep(ms, stopped);
    if (stopped.aborted) return;
    late = true;
    request.abort(new DOMException('The provider did not answer in time.', 'TimeoutError'));
  };
  const start = (ms: number): void => {
    const mine = new AbortController();
    timer = mine;
    void elapse(mine.signal, ms);
  };
  start(timeoutMs);
  return {
    signal: request.signal,
    late: () => late,
    pause: () => timer.abort(),
    again(ms) {
      timer.abort();
      start(ms);
    },
    stop() {
      timer.abort();
      signal.removeEventListener('abort', pass);
      request.abort(new DOMException('Nobody listens any more.', 'AbortError'));
    },
  };
}

export function silence(asked: Asked): ProviderProblem {
  const error = new AppError(
    'model_unreachable',
    `The language model did not answer in time. Try again later, or use a faster one.`,
    {
      cause: new Error(`${asked.engine}: timeout`),
    },
  );
  return { error, retryAfterMs: null };
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
}
