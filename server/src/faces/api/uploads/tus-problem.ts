import type { ErrorCode } from '@scholium/contract';
import { AppError } from '../../../core/domain/app-error.ts';

/** What the library throws or answers, by status, in our words. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  404: ['upload_not_found', 'There is no such upload. Uploads are removed 24 hours after their last byte; begin it again.'],
  409: ['upload_conflict', 'The upload is at another byte. Ask with HEAD how many are stored, and go on from there.'],
  410: ['upload_expired', 'Nothing came for 24 hours, and the upload was given up. Begin it again.'],
  412: ['tus_version_unsupported', 'Send the header "Tus-Resumable: 1.0.0".'],
  413: ['body_too_large', 'These are more bytes than the upload may hold. Compare Upload-Length and UPLOAD_MAX_FILE_SIZE.'],
};

/** A failure of the library as one from the catalogue. */
export function tusProblem(error: unknown, text = ''): AppError {
  if (error instanceof AppError) return error;
  const { status_code: status, body } = Object(error) as { status_code?: unknown; body?: unknown }; // it throws plain objects
  const said = typeof body === 'string' ? body.trim() : text.trim();
  const known = typeof status === 'number' ? BY_STATUS[status] : undefined;
  if (known) return new AppError(known[0], known[1], { cause: error });
  if (typeof status === 'number' && (status < 500 || status === 501)) {
    return new AppError(
      'invalid_request',
      `${said.replace(/[.\s]*$/, '').slice(0, 300)}. See https://tus.io/protocols/resumable-upload.`,
      {
        cause: error,
      },
    );
  }
  return new AppError(
    'internal',
    'Something went wrong while the bytes were taken in. Ask with HEAD how many are stored, and go on.',
    {
      cause: error,
    },
  );
}
