import { AppError } from '../../core/domain/app-error.ts';

const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const WRONG_KEYS = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken']);
const WRONG_REGION = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);

/** Runs requests to S3. What it refuses becomes an AppError with a cure; an abort by `signal` throws the signal's reason. */
export async function onS3<T>(bucket: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw fromS3Error(error, bucket);
  }
}

/** True for an object or an upload that is not there (not for a missing bucket). */
export function isMissingObject(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  const { name, status } = factsOf(cause);
  return name === 'NoSuchKey' || name === 'NotFound' || (status === 404 && name !== 'NoSuchBucket' && name !== 'NoSuchUpload');
}

/** True when the multipart upload has ended, well or not. */
export function isMissingUpload(error: unknown): boolean {
  return factsOf(error instanceof AppError ? error.cause : error).name === 'NoSuchUpload';
}

function fromS3Error(error: unknown, bucket: string): AppError {
  if (error instanceof AppError) return error;
  const { name, status } = factsOf(error);
  if (FULL.has(name) || status === 507) {
    return new AppError('storage_full', 'The object store is full. Free some space or raise its quota.', { cause: error });
  }
  return new AppError('storage_unavailable', cureOf(name, status, bucket), { cause: error });
}

/** Names neither keys nor what the server said: both may hold what belongs in no reply. */
function cureOf(name: string, status: number | null, bucket: string): string {
  if (name === 'NoSuchBucket') return `The bucket "${bucket}" does not exist. Create it, or correct S3_BUCKET.`;
  if (NO_CREDENTIALS.has(name)) {
    return 'There are no valid credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.';
  }
  if (WRONG_KEYS.has(name)) {
    return 'S3 does not accept the credentials. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the clock of this machine.';
  }
  if (name === 'RequestTimeTooSkewed') return 'The clock of this machine is wrong, so S3 refuses its requests. Set the clock.';
  if (WRONG_REGION.has(name) || status === 301)
    return 'The bucket is in another region. Set S3_REGION to the region of the bucket.';
  if (name === 'Error' && status === null) return 'S3 cannot be used as it is configured. Check S3_REGION and S3_ENDPOINT_URL.';
  if (status === 412) return 'The file was replaced while it was being used. Try again.';
  if (status === 403) {
    return (
      `S3 denies access to the bucket "${bucket}". Allow s3:ListBucket, s3:ListBucketMultipartUploads, s3:GetObject, ` +
      's3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload.'
    );
  }
  return 'S3 does not answer as it should. Check that S3_ENDPOINT_URL can be reached from this machine, then try again.';
}

function factsOf(error: unknown): { name: string; status: number | null } {
  if (!(error instanceof Error)) return { name: '', status: null };
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : null; // the SDK's own
  // Errors of the connection carry a code of the system; what S3 answers has a name.
  const name = 'code' in error && typeof error.code === 'string' && !('$fault' in error) ? error.code : error.name;
  return { name, status: metadata?.httpStatusCode ?? null };
}
