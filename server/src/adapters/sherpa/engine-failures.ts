import { AppError } from '../../core/domain/app-error.ts';

/** A model that ended its process while it was loaded. */
export function notLoaded(modelId: string, messages: string): AppError {
  return new AppError(
    'model_unavailable',
    `The speech model "${modelId}" could not be loaded: it is damaged, or too large for the memory here. Check it with "scholium models verify ${modelId}", or take a smaller one.`,
    { cause: messages },
  );
}

/** An engine that ended while it was listening. */
export function stopped(messages: string): AppError {
  return new AppError(
    'engine_failed',
    'The speech engine stopped while it was listening. What was transcribed so far is kept; try again, or take a smaller model.',
    { cause: messages },
  );
}
