import type { Readable } from 'node:stream';

export interface WebRequest {
  readonly url: string;
  /** More decoded bytes than this end it. */
  readonly maxBytes: number;
  /** From the first look-up to the last byte. */
  readonly timeoutMs: number;
  /** The `Accept` header. */
  readonly accept: string;
}

export interface WebResponse {
  /** After all redirects. */
  readonly url: string;
  /** Without parameters, lower case; null when the server did not say. */
  readonly mediaType: string | null;
  readonly charset: string | null;
  /** From `Content-Disposition` or the address; for display only. Null when there is none. */
  readonly fileName: string | null;
  /** Decoded. Fails past `maxBytes` and `timeoutMs`. Must be read or destroyed. */
  readonly body: Readable;
}

/**
 * Fetches what users name by its address: the one way by which Scholium opens connections to addresses from outside.
 * Only http and https; every name is resolved once, every address checked, and the connection goes to the checked
 * address, at every redirect; private and special ranges are refused unless they are allowed by the operator.
 */
export interface WebFetcher {
  /**
   * @throws AppError `url_invalid`, `url_not_allowed` (a private or special address, another scheme), `url_unreachable`
   * (passing), `url_not_found` (4xx: for good), `url_too_large`, `cancelled`
   */
  fetch(request: WebRequest, signal: AbortSignal): Promise<WebResponse>;
  close(): Promise<void>;
}
