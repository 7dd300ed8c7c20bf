import { buffer } from 'node:stream/consumers';
import { AppError } from '../../core/domain/app-error.ts';
import { checkUrl } from './check-url.ts';
import { tooSlow } from './fetch-errors.ts';
import { fetchRules, type FetchOptions } from './fetch-rules.ts';
import { openHop } from './open-hop.ts';
import { readBody } from './read-body.ts';
import { headerOf } from './response-facts.ts';
import { timeLimits } from './time-limits.ts';

export interface PostRequest {
  readonly url: string;
  readonly body: string | Buffer;
  /** `content-type` and what the receiver needs to believe the sender. Those that steer the connection are refused. */
  readonly headers: Readonly<Record<string, string>>;
  /** From the look-up to the last byte of the answer. */
  readonly timeoutMs: number;
  /** More decoded bytes in the answer end it. */
  readonly maxAnswerBytes: number;
}

export interface PostAnswer {
  /** Any status: whether it is a success is for the caller to say. Redirects are not followed. */
  readonly status: number;
  /** `Retry-After`, as it came; null when it did not. */
  readonly retryAfter: string | null;
  readonly body: Buffer;
}

export interface SafePoster {
  /**
   * Sends `body` once: nothing is repeated here, and a redirect is an answer like any other, so that what is sent goes to
   * the address that was named and to no other one.
   *
   * @throws AppError `url_invalid`, `url_not_allowed`, `url_unreachable`, `url_too_large`, `cancelled`
   */
  post(request: PostRequest, signal: AbortSignal): Promise<PostAnswer>;
  close(): Promise<void>;
}

/** RFC 9110: of the connection, not of the message; and what would name the sender elsewhere. */
const REFUSED_HEADERS =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|cookie)$/i;

/** POST through the same checks and limits as `createSafeWebFetcher`, for callbacks. */
export function createSafePoster(options: FetchOptions = {}): SafePoster {
  const rules = fetchRules(options);
  const limits = timeLimits();
  return {
    async post({ url, body, headers, timeoutMs, maxAnswerBytes }, signal) {
      const place = checkUrl(url, rules.allow);
      const refused = Object.keys(headers).find((name) => REFUSED_HEADERS.test(name));
      if (refused !== undefined) throw new TypeError(`Not a header that may be set: ${refused}`);
      const limit = limits.start(timeoutMs, () => tooSlow(place.host), signal);
      try {
        const request = { method: 'POST', headers, body: Buffer.from(body) } as const;
        const hop = await openHop(rules, place, request, limit.signal);
        try {
          const read = readBody(hop, { maxBytes: maxAnswerBytes, progress: rules.progress }, limit.signal, limit.end);
          return { status: hop.status, retryAfter: headerOf(hop.headers, 'retry-after'), body: await buffer(read) };
        } finally {
          hop.discard();
        }
      } finally {
        limit.end();
      }
    },
    async close() {
      limits.stopAll(new AppError('cancelled', 'The server is stopping.'));
    },
  };
}
