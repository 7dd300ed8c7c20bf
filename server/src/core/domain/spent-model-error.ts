import type { ModelUsage } from '../ports/language-model.ts';
import { AppError } from './app-error.ts';

/** A language model failed after it had been paid: the reply could not be used, was taken back, or the repair never came. */
export class SpentModelError extends AppError {
  /** What was spent until then. */
  readonly usage: ModelUsage;

  constructor(error: AppError, usage: ModelUsage) {
    super(error.code, error.detail, { cause: error });
    this.usage = usage;
  }
}

/** The error with what was spent, where something was; any other as it is. */
export function withUsage(error: unknown, usage: ModelUsage): unknown {
  const isSpent = error instanceof AppError && usage.inputTokens + usage.outputTokens > 0;
  return isSpent ? new SpentModelError(error, usage) : error;
}
