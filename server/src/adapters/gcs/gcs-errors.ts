import { AppError } from '../../core/domain/app-error.ts';

/** Runs requests to Google. What it refuses becomes an AppError with a cure; an abort by `signal` throws the signal's reason. */
export async function onGcs<T>(bucket: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof AppError) throw error;
    throw new AppError('storage_unavailable', cureOf(error, bucket), { cause: withoutRequest(error) });
  }
}

/** The error for a reply that was not what was asked for. */
export function refused(bucket: string, status: number): AppError {
  return new AppError('storage_unavailable', cureFor(status, bucket), { cause: new GcsRefusal(status) });
}

/** What Google answered, kept as the cause. */
export class GcsRefusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`Google Cloud Storage answered ${status}.`);
    this.name = 'GcsRefusal';
    this.status = status;
  }
}

/** The HTTP status behind an error; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof AppError ? error.cause : error;
  if (!(cause instanceof Error)) return null;
  if (cause instanceof GcsRefusal) return cause.status;
  const code = Number('code' in cause ? cause.code : Number.NaN);
  if (code >= 100) return code;
  // the HTTP client's own errors
  const response = 'response' in cause ? (cause.response as { status?: unknown } | undefined) : undefined;
  return typeof response?.status === 'number' ? response.status : null;
}

/** The errors of the HTTP client hold the request: a token, and the bytes of a chunk. Neither belongs in a log. */
function withoutRequest(error: unknown): unknown {
  const status = statusOf(error);
  if (status !== null) return new GcsRefusal(status);
  return error instanceof Error ? new Error(error.message) : error;
}

/** Passing by Google's own list; no status means that the connection failed. */
export function isPassing(status: number | null): boolean {
  return status === null || status === 408 || status === 429 || status >= 500;
}

function cureOf(error: unknown, bucket: string): string {
  const message = error instanceof Error ? error.message : '';
  if (/default credentials|credential|keyFilename|ENOENT|invalid_grant|PEM|JSON/i.test(message) && statusOf(error) !== 403) {
    return (
      'There are no valid credentials for Google Cloud Storage. Set GOOGLE_APPLICATION_CREDENTIALS to the key file of a ' +
      'service account, or give the machine one.'
    );
  }
  return cureFor(statusOf(error), bucket);
}

/** Names neither keys nor what the server said: both may hold what belongs in no reply. */
function cureFor(status: number | null, bucket: string): string {
  if (status === 404 || status === 410)
    return `The bucket "${bucket}" does not exist, or the upload has expired. Check GCS_BUCKET, then try again.`;
  if (status === 401)
    return 'Google does not accept the credentials. Check GOOGLE_APPLICATION_CREDENTIALS and the clock of this machine.';
  if (status === 403) {
    return `Google denies access to the bucket "${bucket}". Give the service account the role Storage Object Admin on it.`;
  }
  if (status === 412) return 'The file was replaced while it was being used. Try again.';
  return 'Google Cloud Storage does not answer as it should. Check that this machine can reach it, then try again.';
}
