import { Readable } from 'node:stream';
import { allowList } from '../src/adapters/safe-fetch/allow-list.ts';
import { checkUrl } from '../src/adapters/safe-fetch/check-url.ts';
import { followRedirects } from '../src/adapters/safe-fetch/follow-redirects.ts';
import { responseFacts } from '../src/adapters/safe-fetch/response-facts.ts';
import { AppError } from '../src/core/domain/app-error.ts';
import type { WebFetcher, WebRequest } from '../src/core/ports/web-fetcher.ts';

/** What lies at an address of a web that a test makes up. */
export interface WebPage {
  /** 200 unless said. */
  readonly status?: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The server compresses the body on its way. */
  readonly encoding?: 'gzip' | 'br' | 'deflate' | 'zstd';
  /** Nothing comes, or the body never ends. */
  readonly hangs?: 'before' | 'within';
}

/**
 * `WebFetcher` over pages in memory, for tests: whole addresses to what lies there. Other addresses are unreachable.
 * `requests` tells what was asked for, in order.
 *
 * @example memoryWebFetcher({ 'https://site.example/a': { headers: { 'content-type': 'text/html' }, body: '<p>Hello' } })
 */
export function memoryWebFetcher(
  pages: Readonly<Record<string, WebPage>>,
): WebFetcher & { readonly requests: readonly WebRequest[] } {
  const requests: WebRequest[] = [];
  const nothingPrivate = allowList([]);
  const web = new Map(Object.entries(pages).map(([url, page]) => [checkUrl(url, nothingPrivate).url.href, page]));
  return {
    requests,
    async fetch(request, signal) {
      if (signal.aborted) throw cancelled();
      requests.push(request);
      const { place, hop } = await followRedirects(request.url, nothingPrivate, async ({ url, host }) => {
        const page = web.get(url.href);
        if (!page) throw new AppError('url_unreachable', `"${host}" is not known.`);
        if (page.hangs === 'before') await hang(request.timeoutMs, signal);
        return { status: page.status ?? 200, headers: page.headers ?? {}, page, discard() {} };
      });
      return {
        ...responseFacts(place.url, hop.headers),
        body: Readable.from(bytesOf(hop.page, request, signal)),
      };
    },
    async close() {},
  };
}

async function* bytesOf(page: WebPage, request: WebRequest, signal: AbortSignal): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(page.body ?? '');
  for (let start = 0; start < bytes.length; start += 1024) {
    if (signal.aborted) throw cancelled();
    if (Math.min(start + 1024, bytes.length) > request.maxBytes) {
      throw new AppError('url_too_large', `What lies there has more than ${request.maxBytes} bytes.`);
    }
    yield bytes.subarray(start, start + 1024);
  }
  if (page.hangs === 'within') await hang(request.timeoutMs, signal);
}

function hang(timeoutMs: number, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      reject(new AppError('url_unreachable', 'It does not answer.'));
    }, timeoutMs);
    const abort = (): void => {
      clearTimeout(timer);
      reject(cancelled());
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}

const cancelled = (): AppError => new AppError('cancelled', 'The work was cancelled.');
