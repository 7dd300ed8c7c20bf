import type { Readable } from 'node:stream';
import { AppError } from '../../core/domain/app-error.ts';
import type { CheckedUrl } from '../safe-fetch/check-url.ts';
import type { FetchRules } from '../safe-fetch/fetch-rules.ts';
import { followRedirects } from '../safe-fetch/follow-redirects.ts';
import { openHop, type OpenHop } from '../safe-fetch/open-hop.ts';
import { readBody } from '../safe-fetch/read-body.ts';
import { headerOf } from '../safe-fetch/response-facts.ts';

export interface DownloadRequest {
  readonly url: string;
  /** The first byte that is wanted. */
  readonly from: number;
  /** The rest is only wanted of the file that had this entity tag; null: of any. */
  readonly etag: string | null;
  /** More than that ends the transfer. */
  readonly maxBytes: number;
}

export interface Download {
  /** Where the bytes begin: `from`, or 0 when the server sends all of it. */
  readonly from: number;
  /** Of the whole file; null when the server does not tell. */
  readonly totalBytes: number | null;
  /** Null where there is none that stands for the bytes. */
  readonly etag: string | null;
  readonly body: Readable;
}

/** The server has other bytes than those that were begun, or does not have them at this place: begin anew. */
export class BeginAnew extends Error {}

/** The server cannot answer now and says for how long; null when it does not say. */
export class ComeBackLater extends Error {
  readonly afterMs: number | null;
  readonly error: AppError;
  constructor(error: AppError, afterMs: number | null) {
    super(error.message);
    this.error = error;
    this.afterMs = afterMs;
  }
}

export interface HostToken {
  /** The only one that gets it. */
  readonly origin: string;
  readonly value: string;
}

/**
 * Asks for a file or its rest. Redirects are followed, each address checked; the token goes to its own host only, and nothing that began over
 * TLS goes on without.
 *
 * @throws AppError as `WebFetcher.fetch`; `BeginAnew`, `ComeBackLater`
 */
export async function openDownload(
  rules: FetchRules,
  token: HostToken | null,
  { url, from, etag, maxBytes }: DownloadRequest,
  signal: AbortSignal,
): Promise<Download> {
  const range: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-`, ...(etag !== null && { 'if-range': etag }) };
  const isSecure = url.startsWith('https:');
  const { hop } = await followRedirects(url, rules.allow, async (place) => {
    if (isSecure && place.url.protocol !== 'https:') throw unsafe(place.host);
    const key: Record<string, string> = token?.origin === place.url.origin ? { authorization: `Bearer ${token.value}` } : {};
    const headers = { accept: '*/*', 'accept-encoding': 'identity', ...range, ...key };
    const opened = await openHop(rules, place, { method: 'GET', headers }, signal);
    const failure = failureOf(opened, place, token !== null);
    if (failure === null) return opened;
    opened.discard();
    throw failure;
  });
  try {
    return toDownload(
      hop,
      from,
      readBody(hop, { maxBytes, progress: rules.progress }, signal, () => {}),
    );
  } catch (error) {
    hop.discard();
    throw error;
  }
}

function toDownload(hop: OpenHop, from: number, body: Readable): Download {
  const tag = headerOf(hop.headers, 'etag');
  const length = headerOf(hop.headers, 'content-length');
  // A weak tag says that two files mean the same, not that their bytes are.
  const common = { etag: tag === null || tag.startsWith('W/') ? null : tag, body };
  if (hop.status !== 206) return { ...common, from: 0, totalBytes: length === null ? null : Number(length) };
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headerOf(hop.headers, 'content-range') ?? '') ?? [];
  if (first === undefined || Number(first) !== from) {
    body.destroy();
    throw new BeginAnew();
  }
  return { ...common, from, totalBytes: total === '*' ? null : Number(total) };
}

/** What other failures than those of any page mean here. */
function failureOf(hop: OpenHop, { host }: CheckedUrl, hasToken: boolean): Error | null {
  const { status, headers } = hop;
  if (status === 416) return new BeginAnew();
  if (status === 401 || status === 403) {
    const cure = hasToken ? 'See whether HF_TOKEN may read it.' : 'If it wants an account, set HF_TOKEN.';
    return new AppError('url_not_found', `"${host}" does not give out the model (status ${status}). ${cure}`);
  }
  if (status !== 429 && status < 500) return null;
  const error = new AppError('url_unreachable', `"${host}" could not answer just now (status ${status}). Try again later.`);
  return new ComeBackLater(error, retryAfterMs(headerOf(headers, 'retry-after')));
}

/** Seconds or a date (RFC 9110). */
function retryAfterMs(value: string | null): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function unsafe(host: string): AppError {
  return new AppError('url_not_allowed', `The model would come from "${host}" without TLS, which is not accepted.`);
}
