import { AppError } from '../../core/domain/app-error.ts';

/** An account that has nothing left: waiting does not help. */
const NO_QUOTA = /insufficient_quota|billing_not_active|billing_hard_limit_reached|credit balance/i;
const BAD_KEY = /invalid_api_key|incorrect api key/i;

/**
 * What an answer that is no success means. Neither the sentence nor the cause holds what the server wrote: servers repeat keys.
 *
 * `engine_failed` where another try may help, `engine_unavailable` where it cannot.
 */
export function speechProblem(status: number, body: string): AppError {
  const cause = new Error(`openai: HTTP ${status}`);
  const refused = (detail: string): AppError => new AppError('engine_unavailable', detail, { cause });
  if (status === 402 || (status >= 400 && status < 500 && NO_QUOTA.test(body)))
    return refused(
      'The transcription server says that the account has no credit left. Top it up, or set another TRANSCRIBE_API_KEY.',
    );
  if (status === 401 || (status === 400 && BAD_KEY.test(body)))
    return refused('The transcription server does not accept the key. Check TRANSCRIBE_API_KEY.');
  if (status === 403)
    return refused('The transcription server refuses this account or address. Check TRANSCRIBE_API_KEY and what it may do.');
  if (status === 404 || status === 405)
    return refused('The transcription server has no such address or model. Check TRANSCRIBE_BASE_URL and TRANSCRIBE_MODEL.');
  if (status >= 300 && status < 400)
    return refused(
      'The transcription server leads elsewhere, which is not followed. Set TRANSCRIBE_BASE_URL to the final address.',
    );
  if (status === 413) return refused('The transcription server takes no sound of this length. Lower TRANSCRIBE_CHUNK_SECONDS.');
  if (status === 429)
    return new AppError(
      'engine_failed',
      'The transcription server is asked too often. What was transcribed so far is kept; try again later.',
      {
        cause,
      },
    );
  if (status >= 400 && status < 500 && status !== 408 && status !== 425)
    return refused(
      `The transcription server refuses the request (HTTP ${status}). Check TRANSCRIBE_MODEL, the language and TRANSCRIBE_BASE_URL.`,
    );
  return new AppError(
    'engine_failed',
    `The transcription server has a fault of its own (HTTP ${status}). What was transcribed so far is kept; try again later.`,
    { cause },
  );
}

/** No answer at all, or one that broke off. */
export function unreachable(error: unknown): AppError {
  const cause = new Error(`openai: ${networkCode(error)}`);
  return new AppError(
    'engine_failed',
    `The transcription server cannot be reached, or broke off (${networkCode(error)}). Check the network and TRANSCRIBE_BASE_URL, and try again.`,
    { cause },
  );
}

export function silent(): AppError {
  return new AppError('engine_failed', 'The transcription server did not answer in time. Try again later, or use a faster one.', {
    cause: new Error('openai: timeout'),
  });
}

/** An answer with success that is none. */
export function notUnderstood(): AppError {
  return new AppError(
    'engine_failed',
    'The answer of the transcription server is not understood, or broke off. Check that TRANSCRIBE_BASE_URL leads to the right place, and try again.',
    { cause: new Error('openai: answer not understood') },
  );
}

/** `ECONNREFUSED` and the like, from wherever in the chain of causes it stands. */
function networkCode(error: unknown): string {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    const code = (at as NodeJS.ErrnoException).code; // system errors carry one
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
    at = at.cause;
  }
  return 'connection lost';
}
