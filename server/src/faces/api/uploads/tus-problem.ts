import type { ErrorCode } from '@scholium/contract';
import { AppError, toAppError } from '../../../core/domain/app-error.ts';

/** What the library throws or answers, by status, in our words. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  404: ['upload_not_found', 'There is no such upload. Uploads are removed 24 hours after their last byte; begin it again.'],
  409: ['upload_conflict', 'The upload is at another byte. Ask with HEAD how many are stored, and go on from there.'],
  410: ['upload_expired', 'Nothing came for 24 hours, and the upload was given up. Begin it again.'],
  413: ['body_too_large', 'These are more bytes than the upload may hold. Compare Upload-Length and UPLOAD_MAX_FILE_SIZE.'],
};

/** A failure of the library as one from the catalogue. */
export function tusProblem(error: unknown, text = ''): AppError {
  if (error instanceof AppError) return error;
  // It throws plain objects, and lets errors of the line through.
  const { status_code: status, body, code } = Object(error) as { status_code?: unknown; body?: unknown; code?: unknown };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new AppError('invalid_request', 'The line broke off. What has arrived is stored; ask with HEAD, and go on.', {
      cause: error,
    });
  }
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
  return toAppError(error);
}
