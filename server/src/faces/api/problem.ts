import { errorCatalogue, type ErrorCode, type Problem } from '@scholium/contract';
import { AppError, toAppError } from '../../core/domain/app-error.ts';

/** What the web framework and the form reader throw, in our words. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'A JSON body may hold at most 1 MB. Send less.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'The body is not as long as Content-Length says. Send it again.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON. Check its quotes, commas and brackets.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The address holds a percent sign that is not part of an escape. Encode it as %25.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'A part of the address is too long. Ids have at most 128 characters.'],
  FST_FILES_LIMIT: ['invalid_request', 'The form holds more than one file. Send one recording at a time.'],
  FST_PARTS_LIMIT: ['invalid_request', 'The form holds too many parts. Send only the documented fields and the file.'],
  FST_FIELDS_LIMIT: ['invalid_request', 'The form holds too many fields. Send only the documented ones.'],
  FST_PROTO_VIOLATION: ['invalid_request', 'The form holds a field name that is not allowed. Send only the documented ones.'],
  FST_INVALID_JSON_FIELD_ERROR: ['invalid_request', 'A form field that claims to be JSON is not. Send the fields as plain text.'],
  FST_MP_PREMATURE_CLOSE: ['invalid_request', 'The upload broke off. Send it again.'],
};

/** Any error as one from the catalogue; the cause is kept for the log. */
export function toApiError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }; // whatever a library threw
  const known = typeof code === 'string' ? FRAMEWORK_ERRORS[code] : undefined;
  if (known) return new AppError(known[0], known[1], { cause: error });
  if (isBrokenForm(error)) {
    return new AppError(
      'invalid_request',
      'The form cannot be read: it is cut off or malformed. Send it again as multipart/form-data.',
      {
        cause: error,
      },
    );
  }
  if (error instanceof SyntaxError && statusCode === 400) {
    return new AppError('invalid_request', 'The body is not valid JSON, or names a property that is not allowed.', {
      cause: error,
    });
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new AppError('invalid_request', 'The request cannot be understood. Compare it with /api/docs.', { cause: error });
  }
  return toAppError(error);
}

/** RFC 9457 problem details. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = errorCatalogue[error.code];
  const problem = { type: `/api/docs#${error.code}`, title, status, detail: error.detail, code: error.code, requestId };
  return error.current === undefined ? problem : { ...problem, current: error.current };
}

/** Messages of @fastify/busboy, which throws plain errors. */
function isBrokenForm(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(Unexpected end of multipart data|Part terminated early|Multipart: Boundary not found|Malformed part header|Unexpected end of form)/.test(
      error.message,
    )
  );
}
