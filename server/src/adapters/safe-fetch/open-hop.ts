import type { Readable } from 'node:stream';
import { Client } from 'undici';
import type { CheckedUrl } from './check-url.ts';
import { checkedConnector } from './checked-connector.ts';
import { toFetchError, tooSlow } from './fetch-errors.ts';
import { MAX_HEADER_BYTES, type FetchRules } from './fetch-rules.ts';
import type { Hop } from './follow-redirects.ts';
import type { Headers } from './response-facts.ts';

export interface OpenHop extends Hop {
  readonly host: string;
  /** As it comes over the wire. */
  readonly body: Readable;
}

export interface HopRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/**
 * One request over a connection of its own, which is shared with nobody and closed after the answer. Environment variables
 * for proxies are not followed: a proxy would resolve the name again, behind the check.
 *
 * @param signal ends it at any moment, look-up and connecting included; its reason is what is thrown
 * @throws AppError
 */
export async function openHop(
  rules: FetchRules,
  place: CheckedUrl,
  { method, headers, body }: HopRequest,
  signal: AbortSignal,
): Promise<OpenHop> {
  const { url, host } = place;
  signal.throwIfAborted();
  const client = new Client(url.origin, {
    connect: checkedConnector(rules, signal),
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0, // the timer below counts from the look-up on, and is not moved by single bytes
    bodyTimeout: 0, // see read-body
    pipelining: 0, // no keep-alive
    allowH2: false,
  });
  let answer: Readable | null = null;
  let failure: Error | null = null;
  const end = (reason: Error | null): void => {
    failure ??= reason;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    answer?.on('error', () => {}).destroy();
    client.destroy(reason).catch(() => {}); // nothing is left to tell anybody
  };
  const abort = (): void => end(toFetchError(host, signal.reason));
  const timer = setTimeout(() => end(tooSlow(host)), rules.headersTimeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const response = await client.request({
      method,
      path: url.pathname + url.search,
      headers: { 'user-agent': rules.userAgent, 'accept-encoding': 'gzip, br, zstd', ...headers },
      ...(body ? { body } : {}),
    });
    clearTimeout(timer);
    answer = response.body;
    if (failure !== null) throw failure;
    return {
      status: response.statusCode,
      headers: response.headers satisfies Headers,
      host,
      body: response.body,
      discard: () => end(null),
    };
  } catch (error) {
    end(null);
    throw failure ?? toFetchError(host, error);
  }
}
