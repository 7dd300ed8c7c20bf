import { AppError } from '../../core/domain/app-error.ts';

/** Codes of Node, undici and OpenSSL that say more than "it does not answer". */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is not a name that is known. Check the spelling',
  EAI_AGAIN: 'could not be looked up just now. Try again later',
  ECONNREFUSED: 'refuses connections on this port. Check the address, or try again later',
  ECONNRESET: 'broke off the connection. Try again later',
  UND_ERR_SOCKET: 'broke off the connection. Try again later',
  ERR_STREAM_PREMATURE_CLOSE: 'broke off the connection. Try again later',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name. Check the address',
  CERT_HAS_EXPIRED: 'has a certificate that has expired. Its operator must renew it',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that nobody vouches for',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that nobody vouches for',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate that nobody vouches for',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate that nobody vouches for',
};

/** What went wrong with a connection, by name of the host only: messages of the system hold resolved addresses. */
export function toFetchError(host: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.name === 'TimeoutError') return tooSlow(host);
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new AppError('url_too_large', `"${host}" answers with headers that are too large.`, { cause: error });
  }
  if (/^(?:Z_|ERR_.*(?:BROTLI|ZSTD|DECODER)|ZSTD_)/.test(code)) {
    return new AppError('url_unreachable', `"${host}" sent compressed data that is damaged. Try again later.`, { cause: error });
  }
  const sentence = SENTENCES[code] ?? 'does not answer as a web server should. Try again later';
  return new AppError('url_unreachable', `"${host}" ${sentence}.`, { cause: error });
}

export function tooLarge(host: string, maxBytes: number): AppError {
  return new AppError('url_too_large', `What lies at "${host}" has more than the ${maxBytes} bytes that are fetched.`);
}

export function tooSlow(host: string): AppError {
  return new AppError('url_unreachable', `"${host}" answers too slowly. Try again later.`);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]); // one for each address tried
  const { code } = (error ?? {}) as { code?: unknown }; // anything can be thrown
  return typeof code === 'string' ? code : '';
}
