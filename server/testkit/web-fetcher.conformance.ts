import { randomBytes } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebFetcher, WebRequest } from '../src/core/ports/web-fetcher.ts';
import type { WebPage } from './memory-web-fetcher.ts';

export interface WebFetcherUnderTest {
  readonly fetcher: WebFetcher;
  /** The address of a page. */
  url(path: string): string;
  close(): Promise<void>;
}

const goOn = new AbortController().signal; // never aborted
const html = { 'content-type': 'text/html; charset=UTF-8' };

/** What every `WebFetcher` must do. `make` gives one to which a site with these pages, by path, is reachable. */
export function webFetcherConformance(
  name: string,
  make: (pages: Readonly<Record<string, WebPage>>) => Promise<WebFetcherUnderTest>,
): void {
  describe(`${name} as WebFetcher`, () => {
    let test: WebFetcherUnderTest | null = null;
    afterEach(async () => {
      await test?.close();
      test = null;
    });

    async function site(pages: Readonly<Record<string, WebPage>>) {
      test = await make(pages);
      const { fetcher, url } = test;
      return (path: string, more: Partial<WebRequest> = {}, signal: AbortSignal = goOn) =>
        fetcher.fetch(
          { url: path.startsWith('/') ? url(path) : path, maxBytes: 1_000_000, timeoutMs: 20_000, accept: '*/*', ...more },
          signal,
        );
    }

    it('gives the bytes of a page, what it is, and where it was', async () => {
      const body = randomBytes(300_000);
      const get = await site({ '/notes/week%201.pdf': { headers: { 'content-type': 'Application/PDF; x=y' }, body } });
      const page = await get('/notes/week%201.pdf#page=2');
      expect(page).toMatchObject({ mediaType: 'application/pdf', charset: null, fileName: 'week 1.pdf' });
      expect(page.url).toBe(test?.url('/notes/week%201.pdf'));
      expect((await buffer(page.body)).equals(body)).toBe(true);
    });

    it('tells the character set and the name that the server gives', async () => {
      const disposition = `attachment; filename="x.html"; filename*=UTF-8''%C3%A9t%C3%A9.html`;
      const get = await site({
        '/a': { headers: { ...html, 'content-disposition': disposition }, body: '<p>' },
        '/b': { headers: { 'content-disposition': 'inline; filename="../../etc/pass\u202ewd"' } },
        '/': { headers: { 'content-type': 'nonsense' } },
      });
      const page = await get('/a');
      expect(page).toMatchObject({ mediaType: 'text/html', charset: 'utf-8', fileName: 'été.html' });
      page.body.destroy();
      const nothing = await get('/');
      expect(nothing).toMatchObject({ mediaType: null, charset: null, fileName: null });
      expect(await text(nothing.body)).toBe('');
    });

    it.each(['gzip', 'br', 'deflate', 'zstd'] as const)('decodes %s', async (encoding) => {
      const body = 'Photosynthesis. '.repeat(10_000);
      const get = await site({ '/': { headers: html, body, encoding } });
      expect(await text((await get('/')).body)).toBe(body);
    });

    it('follows redirects, and says where they led', async () => {
      const get = await site({
        '/1': { status: 301, headers: { location: '/2' } },
        '/2': { status: 302, headers: { location: '3?x=1' } },
        '/3?x=1': { status: 307, headers: { location: './4' } },
        '/4': { status: 308, headers: { location: '/5' } },
        '/5': { status: 303, headers: { location: '/6' } },
        '/6': { headers: html, body: 'there' },
      });
      const page = await get('/1');
      expect(page.url).toBe(test?.url('/6'));
      expect(await text(page.body)).toBe('there');
    });

    it('stops at the sixth redirect, and at redirects in a circle', async () => {
      const chain = Array.from({ length: 6 }, (_, i) => [`/${i}`, { status: 302, headers: { location: `/${i + 1}` } }] as const);
      const get = await site({
        ...Object.fromEntries(chain),
        '/6': { body: 'too far' },
        '/circle': { status: 302, headers: { location: '/circle' } },
        '/nowhere': { status: 302 },
        '/broken': { status: 302, headers: { location: 'http://[' } },
      });
      for (const path of ['/0', '/circle', '/nowhere', '/broken']) {
        await expect(get(path)).rejects.toMatchObject({ code: 'url_not_found' });
      }
    });

    it('tells what is gone for good from what may come back', async () => {
      const statuses = { 400: 0, 401: 0, 403: 0, 404: 0, 410: 0, 451: 0, 300: 0, 408: 1, 429: 1, 500: 1, 502: 1, 503: 1 };
      const get = await site(
        Object.fromEntries(Object.keys(statuses).map((status) => [`/${status}`, { status: Number(status) }])),
      );
      for (const [status, passing] of Object.entries(statuses)) {
        const code = passing ? 'url_unreachable' : 'url_not_found';
        await expect(get(`/${status}`), status).rejects.toMatchObject({ code });
      }
    });

    it('takes as many bytes as are allowed, and not one more', async () => {
      const body = Buffer.alloc(100_000, 'x');
      const get = await site({ '/plain': { body }, '/zipped': { body, encoding: 'gzip' } });
      for (const path of ['/plain', '/zipped']) {
        expect((await buffer((await get(path, { maxBytes: 100_000 })).body)).length).toBe(100_000);
        const tooLarge = get(path, { maxBytes: 99_999 }).then(({ body: bytes }) => buffer(bytes));
        await expect(tooLarge, path).rejects.toMatchObject({ code: 'url_too_large' });
      }
    });

    it('gives up when the time is over, before and within the body', async () => {
      const get = await site({ '/before': { hangs: 'before' }, '/within': { body: 'some', hangs: 'within' } });
      for (const path of ['/before', '/within']) {
        const late = get(path, { timeoutMs: 60 }).then(({ body }) => buffer(body));
        await expect(late, path).rejects.toMatchObject({ code: 'url_unreachable' });
      }
    });

    it('stops at once when it is cancelled, before, while waiting and within the body', async () => {
      const get = await site({ '/before': { hangs: 'before' }, '/within': { body: 'some', hangs: 'within' } });
      await expect(get('/within', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
      for (const path of ['/before', '/within']) {
        const abort = new AbortController();
        const started = performance.now();
        const stopped = get(path, {}, abort.signal).then(async ({ body }) => {
          const whole = buffer(body);
          abort.abort();
          return whole;
        });
        if (path === '/before') setImmediate(() => abort.abort());
        await expect(stopped, path).rejects.toMatchObject({ code: 'cancelled' });
        expect(performance.now() - started).toBeLessThan(5000);
      }
    });

    it('lets a reader stop half way', async () => {
      const get = await site({ '/': { body: Buffer.alloc(500_000) } });
      for await (const piece of (await get('/')).body) {
        expect((piece as Buffer).length).toBeGreaterThan(0); // without encoding a stream yields these
        break;
      }
      expect((await buffer((await get('/')).body)).length).toBe(500_000);
    });

    it('fetches many pages at once', async () => {
      const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
      const get = await site(Object.fromEntries(paths.map((path) => [path, { body: `of ${path}` }])));
      expect(await Promise.all(paths.map(async (path) => text((await get(path)).body)))).toEqual(
        paths.map((path) => `of ${path}`),
      );
    });

    it.each([
      '',
      'lecture',
      'example.com/a',
      '//example.com/',
      'http://',
      'http:///x',
      'http://[::1',
      'http://a b/',
      'http:/example.com',
      'http://example.com\\@127.0.0.1/',
      'http://user@example.com/',
      'http://user:pass@example.com/',
      'http://@example.com/',
      'http://example.com#@127.0.0.1/',
      'http://example.com?@127.0.0.1/',
      'http://exa\nmple.com/',
      'http://exa\tmple.com/',
      '--config-locations=/etc/passwd',
    ])('says that %j is no address', async (url) => {
      const get = await site({});
      await expect(get('/', { url })).rejects.toMatchObject({ code: 'url_invalid' });
    });

    it('takes no address of more than 8192 characters', async () => {
      const get = await site({});
      await expect(get(`http://site.example/${'x'.repeat(8192)}`)).rejects.toMatchObject({ code: 'url_invalid' });
    });

    it.each([
      'file:///etc/passwd',
      'gopher://example.com/',
      'ftp://example.com/',
      'data:text/plain,hello',
      'javascript:alert(1)',
      'blob:http://x/1',
      'http://10.0.0.1/?youtube.com',
      'http://169.254.169.254/latest/meta-data/',
      'http://[fe80::1]/',
      'http://localhost:8080/',
      'http://example.com:22/',
      'https://example.com:6667/',
    ])('does not fetch %s', async (url) => {
      const get = await site({ '/away': { status: 302, headers: { location: url } } });
      await expect(get(url)).rejects.toMatchObject({ code: 'url_not_allowed' });
      await expect(get('/away')).rejects.toMatchObject({ code: 'url_not_allowed' });
    });
  });
}
