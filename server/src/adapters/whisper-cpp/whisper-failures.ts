import { AppError } from '../../core/domain/app-error.ts';

/** What whisper.cpp and the C++ library write when there is no room. */
const NO_MEMORY = /failed to allocate|bad_alloc|out of memory|cannot allocate memory|unable to allocate/i;

/** A program that ended before its model was loaded. */
export function notLoaded(modelId: string, messages: string): AppError {
  const why = NO_MEMORY.test(messages)
    ? 'there is not enough memory for it. Take a smaller one, or AI_DEVICE=cpu'
    : `it is damaged, or too large for the memory here. Check it with "scholium models verify ${modelId}", or take a smaller one`;
  return new AppError('model_unavailable', `The speech model "${modelId}" could not be loaded: ${why}.`, { cause: messages });
}

/** A program that ended, or failed, while it was listening. */
export function stopped(messages: string): AppError {
  const cure = NO_MEMORY.test(messages)
    ? 'There was not enough memory: take a smaller model'
    : 'Try again, or take a smaller model';
  return new AppError(
    'engine_failed',
    `whisper.cpp stopped while it was listening. What was transcribed so far is kept. ${cure}.`,
    { cause: messages },
  );
}
