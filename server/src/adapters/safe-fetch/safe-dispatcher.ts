import { Agent, Dispatcher1Wrapper, type Dispatcher } from 'undici';
import { AppError } from '../../core/domain/app-error.ts';
import { checkUrl } from './check-url.ts';
import { checkedConnector } from './checked-connector.ts';
import { fetchRules, MAX_HEADER_BYTES, type FetchOptions } from './fetch-rules.ts';

/**
 * A dispatcher for undici whose every connection goes to an address that was checked, for clients that bring their own
 * requests. It keeps connections open and knows nothing of redirects, time or size as a whole: that is for the client.
 * Close it with `close()`.
 */
export function createSafeDispatcher(options: FetchOptions = {}): Dispatcher {
  const rules = fetchRules(options);
  return new Agent({
    connect: checkedConnector(rules),
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0, // a language model may think for minutes: its client has a time limit of its own
    bodyTimeout: 300_000,
    allowH2: false,
  });
}

export interface SafeFetch {
  /** As the global `fetch`, without redirects: a reply that leads elsewhere rejects with `url_not_allowed`. */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * A `fetch` for SDKs (`createOpenAI({ fetch })`). Redirects are refused because SDKs send keys in headers of many names,
 * and `fetch` only takes off `Authorization` when it goes to another origin. Proxy variables are not followed.
 */
export function createSafeFetch(options: FetchOptions = {}): SafeFetch {
  const { allow } = fetchRules(options);
  const dispatcher = createSafeDispatcher(options);
  // Node's own fetch (undici 7) speaks the older form of the interface.
  const legacy = new Dispatcher1Wrapper(dispatcher);
  return {
    async fetch(input, init) {
      const { url, host } = checkUrl(input instanceof Request ? input.url : String(input), allow);
      const request = input instanceof Request ? input : url;
      // Node's fetch takes a dispatcher, which the types of the web do not know.
      const safe = { ...init, redirect: 'manual', dispatcher: legacy } as RequestInit;
      const response = await fetch(request, safe).catch((error: unknown) => {
        const { cause } = (error ?? {}) as { cause?: unknown }; // fetch wraps what the connection failed with
        throw cause instanceof AppError ? cause : error;
      });
      if (response.status < 300 || response.status > 399) return response;
      await response.body?.cancel();
      throw new AppError(
        'url_not_allowed',
        `"${host}" leads to another address, which is not followed with a key. Set that one.`,
      );
    },
    close: () => dispatcher.close(),
  };
}
