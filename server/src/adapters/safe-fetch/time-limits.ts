import { AppError } from '../../core/domain/app-error.ts';

export interface TimeLimit {
  /** Aborted with an AppError as its reason. */
  readonly signal: AbortSignal;
  /** Must be called when the work is over. */
  end(): void;
}

export interface TimeLimits {
  /** @param late what to fail with after `timeoutMs`; aborting `signal` fails with `cancelled` */
  start(timeoutMs: number, late: () => AppError, signal: AbortSignal): TimeLimit;
  /** Ends everything that is under way. */
  stopAll(reason: AppError): void;
}

/** Bounds pieces of work by time and by whoever wants them stopped, and knows all that are under way. */
export function timeLimits(): TimeLimits {
  const running = new Set<AbortController>();
  return {
    start(timeoutMs, late, signal) {
      const controller = new AbortController();
      const cancel = (): void => controller.abort(new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason }));
      const timer = setTimeout(() => controller.abort(late()), timeoutMs);
      signal.addEventListener('abort', cancel, { once: true });
      running.add(controller);
      if (signal.aborted) cancel();
      return {
        signal: controller.signal,
        end() {
          clearTimeout(timer);
          signal.removeEventListener('abort', cancel);
          running.delete(controller);
        },
      };
    },
    stopAll(reason) {
      for (const controller of running) controller.abort(reason);
    },
  };
}
