import { toAppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelUse, TallyName } from '../ports/figure-store.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { WriterUsage } from '../ports/writer.ts';

/** Writes down what people use. What cannot be written down is logged: nobody's work fails because of a figure. */
export interface UsageRecorder {
  used(scope: Scope, purpose: ModelUse['purpose'], usage: WriterUsage): void;
  tally(scope: Scope, name: TallyName): void;
  /** Resolves when everything told so far is written. */
  settled(): Promise<void>;
}

export function createUsageRecorder(deps: {
  readonly store: Pick<Store, 'figures'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}): UsageRecorder {
  const writing = new Set<Promise<void>>();
  const record = (write: Promise<void>): void => {
    const done = write
      .catch((error: unknown) => deps.log.error('error', 'usage.not-recorded', { code: toAppError(error).code }))
      .finally(() => writing.delete(done));
    writing.add(done);
  };
  return {
    used: (scope, purpose, { engine, model, inputTokens, outputTokens, costUsd }) =>
      record(
        deps.store.figures.use(scope, {
          day: dayOf(deps.clock.now()),
          engine,
          model,
          purpose,
          inputTokens,
          outputTokens,
          costUsd,
        }),
      ),
    tally: (scope, name) => record(deps.store.figures.tally(scope, name)),
    settled: async () => void (await Promise.all(writing)),
  };
}

/** The day of a moment in UTC: `2026-11-23`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
