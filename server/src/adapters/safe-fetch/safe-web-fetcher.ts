import { AppError } from '../../core/domain/app-error.ts';
import type { WebFetcher } from '../../core/ports/web-fetcher.ts';
import { checkUrl } from './check-url.ts';
import { tooSlow } from './fetch-errors.ts';
import { fetchRules, type FetchOptions } from './fetch-rules.ts';
import { followRedirects } from './follow-redirects.ts';
import { openHop, type OpenHop } from './open-hop.ts';
import { readBody } from './read-body.ts';
import { responseFacts } from './response-facts.ts';
import { timeLimits } from './time-limits.ts';

/**
 * The `WebFetcher` that everything outside is fetched with: see docs/fetching.md for what it refuses and its limits.
 *
 * @throws AppError `configuration_invalid` when `allowPrivate` holds what is neither a network nor a host name
 * @example
 * const fetcher = createSafeWebFetcher({ allowPrivate: config.fetchAllowPrivate });
 * const page = await fetcher.fetch({ url, maxBytes: 10e6, timeoutMs: 30_000, accept: 'text/html' }, signal);
 */
export function createSafeWebFetcher(options: FetchOptions = {}): WebFetcher {
  const rules = fetchRules(options);
  const limits = timeLimits();
  return {
    async fetch({ url, accept, maxBytes, timeoutMs }, signal) {
      const { host } = checkUrl(url, rules.allow);
      const limit = limits.start(timeoutMs, () => tooSlow(host), signal);
      let opened: OpenHop | null = null;
      try {
        const { place, hop } = await followRedirects(url, rules.allow, async (to) => {
          opened = await openHop(rules, to, { method: 'GET', headers: { accept } }, limit.signal);
          return opened;
        });
        const body = readBody(hop, { maxBytes, progress: rules.progress }, limit.signal, limit.end);
        return { ...responseFacts(place.url, hop.headers), body };
      } catch (error) {
        (opened as OpenHop | null)?.discard(); // assigned in a callback, which the compiler does not see
        limit.end();
        throw error;
      }
    },
    async close() {
      limits.stopAll(new AppError('cancelled', 'The server is stopping.'));
    },
  };
}
