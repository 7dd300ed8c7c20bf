import { errorCatalogue, type ErrorCode } from '@scholium/contract';

/**
 * The only error that reaches a user. `code` is from the catalogue; `detail` is one sentence that says what
 * happened and what to do, without paths, keys or stack traces of this machine.
 *
 * @example throw new AppError('lecture_not_found', `There is no lecture "${id}".`)
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** On a conflict: what is there now, as plain data that the caller may see. */
  readonly current: unknown;

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown; current?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
    this.current = options?.current;
  }

  /** True when trying again cannot help. */
  get permanent(): boolean {
    return errorCatalogue[this.code].permanent;
  }
}

/** Wraps anything thrown: an AppError stays as it is, the rest becomes `internal` with the cause kept for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code; // system errors carry a string code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') {
    return new AppError('storage_full', 'The disk is full. Free some space; the work goes on from where it stopped.', {
      cause: error,
    });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new AppError('cancelled', 'The work was cancelled.', { cause: error });
  }
  return new AppError(
    'internal',
    'Something went wrong inside Scholium. The log holds the details under this request or job id.',
    { cause: error },
  );
}
