import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findOnPath } from '../../../testkit/find-on-path.ts';
import { startPageServer, type PageServer, type PageServerOptions } from '../../../testkit/page-server.ts';
import type { WebPage } from '../../../testkit/memory-web-fetcher.ts';
import type { AppError } from '../../core/domain/app-error.ts';
import type { WebFetcher } from '../../core/ports/web-fetcher.ts';
import type { FetchOptions, Resolve } from './fetch-rules.ts';
import { createSafeWebFetcher } from './safe-web-fetcher.ts';

const goOn = new AbortController().signal; // never aborted
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(
  pages: Readonly<Record<string, WebPage>> | RequestListener,
  options?: PageServerOptions,
): Promise<PageServer> {
  const server = await startPageServer(pages, options);
  closers.push(() => server.close());
  return server;
}

function fetcherWith(options: FetchOptions): WebFetcher {
  const fetcher = createSafeWebFetcher(options);
  closers.push(() => fetcher.close());
  return fetcher;
}

const get = (fetcher: WebFetcher, url: string, more: { maxBytes?: number; timeoutMs?: number; signal?: AbortSignal } = {}) =>
  fetcher.fetch({ url, maxBytes: 1_000_000, timeoutMs: 20_000, accept: '*/*', ...more }, more.signal ?? goOn);
const read = async (...request: Parameters<typeof get>): Promise<string> => text((await get(...request)).body);
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It was fetched.')),
    (error: AppError) => error,
  );

/** A server that writes raw bytes and can count who is still connected. */
async function serveRaw(answer: (socket: Socket) => void): Promise<{ port: number; closed(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const closings: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    closings.push(new Promise((resolve) => socket.once('close', resolve)));
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address
    async closed() {
      await Promise.all(closings);
    },
  };
}

/** Writes `bytes` again and again as fast as the other side reads, or every few milliseconds. */
function forEver(socket: Socket, bytes: string | Buffer, everyMs = 0): void {
  const again = (): void => {
    if (!socket.writable) return;
    if (everyMs > 0) socket.write(bytes, () => setTimeout(again, everyMs));
    else if (socket.write(bytes)) setImmediate(again);
    else socket.once('drain', again);
  };
  again();
}

describe('a name that leads inside', () => {
  it.each([
    [['127.0.0.1']],
    [['93.184.216.34', '127.0.0.1']],
    [['2606:4700:4700::1111', '::1']],
    [['::ffff:127.0.0.1']],
    [['64:ff9b::7f00:1']],
    [['fe80::1%lo']],
    [['169.254.169.254']],
    [['not an address']],
  ])('is refused when it resolves to %j, by all of its addresses', async (addresses) => {
    const server = await serve({ '/': { body: 'secret' } });
    const resolve = vi.fn<Resolve>(async () => addresses);
    const error = await failure(get(fetcherWith({ resolve }), `http://rebind.test:${server.port}/`));
    expect(error.code).toBe('url_not_allowed');
    expect(error.detail).toContain('rebind.test');
    for (const address of addresses) expect(error.detail).not.toContain(address);
    expect(resolve).toHaveBeenCalledExactlyOnceWith('rebind.test');
    expect(server.requests).toHaveLength(0);
  });

  it('is connected to at the address that was checked, though the next look-up gives another one', async () => {
    const checked = await serve({ '/': { body: 'public' } }, { host: '127.0.0.2' });
    const inside = await startOn(checked.port, '127.0.0.3');
    const answers = ['127.0.0.2', '127.0.0.3'];
    const resolve = vi.fn<Resolve>(async () => [answers.shift() ?? '127.0.0.3']);
    const fetcher = fetcherWith({ resolve, allowPrivate: ['127.0.0.2'] });
    const url = `http://rebind.test:${checked.port}/`;
    expect(await read(fetcher, url)).toBe('public');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect((await failure(get(fetcher, url))).code).toBe('url_not_allowed');
    expect(inside.requests).toHaveLength(0);
    expect(checked.requests.map(({ headers }) => headers.host)).toEqual([`rebind.test:${checked.port}`]);
  });

  it('is tried at its other addresses when the first does not answer', async () => {
    const server = await serve({ '/': { body: 'here' } }, { host: '127.0.0.2' });
    const resolve: Resolve = async () => ['127.0.0.9', '127.0.0.2'];
    expect(await read(fetcherWith({ resolve, allowPrivate: ['127.0.0.0/8'] }), `http://two.test:${server.port}/`)).toBe('here');
  });

  it('is allowed by name, whatever it resolves to', async () => {
    const server = await serve({ '/': { body: 'wiki' } });
    const fetcher = fetcherWith({ resolve: async () => ['127.0.0.1'], allowPrivate: ['wiki.intranet'] });
    expect(await read(fetcher, `http://wiki.intranet:${server.port}/`)).toBe('wiki');
    expect((await failure(get(fetcher, `http://other.intranet:${server.port}/`))).code).toBe('url_not_allowed');
  });

  it('has no answer: that may pass', async () => {
    const none = await failure(get(fetcherWith({ resolve: async () => [] }), 'http://none.test/'));
    expect(none).toMatchObject({ code: 'url_unreachable', detail: '"none.test" has no address. Check the spelling.' });
    const unknown = fetcherWith({ resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) });
    expect(await failure(get(unknown, 'http://none.test/'))).toMatchObject({ code: 'url_unreachable' });
  });
});

describe('IPv6', () => {
  const here = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

  it('is connected to like IPv4: checked, and only where allowed', async () => {
    const fetcher = fetcherWith({ allowPrivate: ['::1'] });
    if (!here) {
      // A machine without IPv6 says so in the usual way.
      expect((await failure(get(fetcher, 'http://[::1]:8080/'))).code).toBe('url_unreachable');
      return;
    }
    const server = await serve({ '/': { body: 'six' } }, { host: '::1' });
    expect(await read(fetcher, `http://[::1]:${server.port}/`)).toBe('six');
    const named = fetcherWith({ allowPrivate: ['::1/128'], resolve: async () => ['0:0:0:0:0:0:0:1'] });
    expect(await read(named, `http://six.test:${server.port}/`)).toBe('six');
    expect((await failure(get(fetcherWith({}), `http://[::1]:${server.port}/`))).code).toBe('url_not_allowed');
    expect(server.requests).toHaveLength(2);
  });
});

describe('a redirect that leads inside', () => {
  const places = [
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    '//localhost:PORT/',
    'http://inside.test:PORT/',
  ];
  it.each(places)('to %s is not followed, at whichever hop', async (place) => {
    const inside = await serve({ '/': { body: 'secret' } });
    const location = place.replace('PORT', String(inside.port));
    const pages = { '/': { status: 302, headers: { location: '/next' } }, '/next': { status: 307, headers: { location } } };
    const outside = await serve(pages, { host: '127.0.0.2' });
    const fetcher = fetcherWith({ resolve: async () => ['127.0.0.1'], allowPrivate: ['127.0.0.2'] });
    expect((await failure(get(fetcher, `http://127.0.0.2:${outside.port}/`))).code).toBe('url_not_allowed');
    expect(outside.requests).toHaveLength(2);
    expect(inside.requests).toHaveLength(0);
  });

  it('is looked up anew at each hop', async () => {
    const server = await serve({ '/': { status: 302, headers: { location: '/again' } }, '/again': { body: 'reached' } });
    const answers = ['127.0.0.1', '127.0.0.8'];
    const fetcher = fetcherWith({ resolve: async () => [answers.shift() ?? ''], allowPrivate: ['127.0.0.1'] });
    expect((await failure(get(fetcher, `http://rebind.test:${server.port}/`))).code).toBe('url_not_allowed');
    expect(server.requests.map(({ url }) => url)).toEqual(['/']);
  });
});

describe('what is sent', () => {
  it('holds no cookie, no referrer and no credential, at no hop, and follows no proxy', async () => {
    const proxy = await serve({});
    for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY']) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    const cookies = { 'set-cookie': 'session=1', 'www-authenticate': 'Basic', location: '/next?token=x' };
    const server = await serve({ '/': { status: 302, headers: cookies }, '/next?token=x': { body: 'ok' } });
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await read(fetcherWith({ allowPrivate: ['127.0.0.1'], userAgent: 'Scholium/9' }), url)).toBe('ok');
    expect(proxy.requests).toHaveLength(0);
    for (const { headers } of server.requests) {
      expect(headers).toEqual({
        host: `127.0.0.1:${server.port}`,
        connection: 'close',
        'user-agent': 'Scholium/9',
        accept: '*/*',
        'accept-encoding': 'gzip, br, zstd',
      });
    }
  });
});

describe('TLS', () => {
  let tls: { key: string; cert: string };
  beforeAll(async () => {
    tls = await makeCertificate('secure.test');
  });

  it('verifies the name, though the connection goes to an address', async () => {
    const server = await serve({ '/': { body: 'sealed' } }, { tls });
    const options = { resolve: async () => ['127.0.0.1'], allowPrivate: ['127.0.0.1'] };
    const trusting = fetcherWith({ ...options, trustedCertificates: tls.cert });
    expect(await read(trusting, `https://secure.test:${server.port}/`)).toBe('sealed');
    for (const host of ['other.test', '127.0.0.1']) {
      const error = await failure(get(trusting, `https://${host}:${server.port}/`));
      expect(error).toMatchObject({ code: 'url_unreachable', detail: expect.stringContaining('certificate for another name') });
    }
    const distrusting = await failure(get(fetcherWith(options), `https://secure.test:${server.port}/`));
    expect(distrusting).toMatchObject({ code: 'url_unreachable', detail: expect.stringContaining('nobody vouches for') });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up on a server that never finishes the handshake, and stops there when cancelled', async () => {
    const silent = await serveRaw(() => {});
    const fetcher = fetcherWith({ allowPrivate: ['127.0.0.1'], connectTimeoutMs: 60 });
    expect((await failure(get(fetcher, `https://127.0.0.1:${silent.port}/`))).code).toBe('url_unreachable');
    await silent.closed();
    const abort = new AbortController();
    const patient = fetcherWith({ allowPrivate: ['127.0.0.1'] });
    const stopped = failure(get(patient, `https://127.0.0.1:${silent.port}/`, { signal: abort.signal }));
    setImmediate(() => abort.abort());
    expect((await stopped).code).toBe('cancelled');
  });
});

describe('a server that means harm', () => {
  const open = { allowPrivate: ['127.0.0.1'] };
  const head = 'HTTP/1.1 200 OK\r\n';
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;

  it.each([
    ['gzip', createGzip],
    ['deflate', createDeflate],
    ['br', createBrotliCompress],
    ['zstd', createZstdCompress],
  ] as const)('cannot send a %s bomb', async (encoding, compressor) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      const zip = compressor();
      zip.pipe(response).on('close', () => zip.destroy());
      const zeros = Buffer.alloc(1 << 20);
      const more = (): void => void (zip.destroyed || zip.write(zeros, () => setImmediate(more)));
      more();
    });
    const before = process.memoryUsage().rss;
    const error = await failure(read(fetcherWith(open), `http://127.0.0.1:${server.port}/`, { maxBytes: 30_000_000 }));
    expect(error.code).toBe('url_too_large');
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('cannot nest compressions, nor use one that is not known', async () => {
    const body = Buffer.alloc(1000);
    const server = await serve({
      '/two': { headers: { 'content-encoding': 'gzip, gzip' }, body: gzipSync(gzipSync(body)) },
      '/three': { headers: { 'content-encoding': 'gzip, gzip, gzip' }, body },
      '/unknown': { headers: { 'content-encoding': 'constructor' }, body },
      '/damaged': { headers: { 'content-encoding': 'gzip' }, body },
      '/cut': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(100_000)).subarray(0, 60) },
      '/none': { status: 204, headers: { 'content-encoding': 'gzip' } },
      '/empty': { headers: { 'content-encoding': 'br', 'transfer-encoding': 'chunked' } },
    });
    const at = (path: string) => bytesOf(get(fetcherWith(open), `http://127.0.0.1:${server.port}${path}`));
    expect((await at('/two')).equals(body)).toBe(true);
    for (const path of ['/none', '/empty']) expect((await at(path)).length, path).toBe(0);
    for (const path of ['/three', '/unknown', '/damaged', '/cut']) {
      expect(await failure(at(path)), path).toMatchObject({ code: 'url_unreachable' });
    }
  });

  it('cannot send for ever what decodes to nothing', async () => {
    const empty = gzipSync('');
    const raw = await serveRaw((socket) => {
      socket.write(`${head}content-encoding: gzip\r\n\r\n`);
      forEver(socket, Buffer.concat(Array.from({ length: 1000 }, () => empty)));
    });
    expect((await failure(read(fetcherWith(open), `http://127.0.0.1:${raw.port}/`))).code).toBe('url_too_large');
    await raw.closed();
  });

  it('cannot send chunks without end', async () => {
    const raw = await serveRaw((socket) => {
      socket.write(chunked);
      forEver(socket, `400\r\n${'x'.repeat(1024)}\r\n`);
    });
    expect((await failure(read(fetcherWith(open), `http://127.0.0.1:${raw.port}/`))).code).toBe('url_too_large');
    await raw.closed();
  });

  it('is not read at all when it announces too much', async () => {
    const raw = await serveRaw((socket) => socket.write(`${head}content-length: 1000001\r\n\r\n`));
    expect((await failure(get(fetcherWith(open), `http://127.0.0.1:${raw.port}/`))).code).toBe('url_too_large');
    await raw.closed();
  });

  it.each([
    ['a body drop by drop', chunked, '1\r\nx\r\n'],
    ['a compressed body drop by drop', `${head}content-encoding: gzip\r\n\r\n\x1f\x8b\x08\x08`, 'x'],
    ['an extension of a chunk that never ends', `${chunked}1;`, 'x'],
    ['no body at all', chunked, ''],
  ])('cannot hold on by sending %s', async (_name, start, drop) => {
    const raw = await serveRaw((socket) => {
      socket.write(Buffer.from(start, 'latin1'));
      forEver(socket, drop, 5);
    });
    const fetcher = fetcherWith({ ...open, progress: { windowMs: 100, minBytes: 1000 } });
    const error = await failure(read(fetcher, `http://127.0.0.1:${raw.port}/`));
    expect(error).toMatchObject({ code: 'url_unreachable', detail: expect.stringContaining('too slowly') });
    await raw.closed();
  });

  it.each([
    ['header lines drop by drop', head, 'x: y\r\n'],
    ['one header that never ends, drop by drop', `${head}x: `, 'y'],
    ['word that it will answer soon, again and again', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['nothing', '', ''],
  ])('cannot hold on by sending %s', async (_name, start, drop) => {
    const raw = await serveRaw((socket) => {
      socket.write(start);
      forEver(socket, drop, 5);
    });
    const fetcher = fetcherWith({ ...open, headersTimeoutMs: 100 });
    expect((await failure(read(fetcher, `http://127.0.0.1:${raw.port}/`))).code).toBe('url_unreachable');
    await raw.closed();
  });

  it('cannot send headers, or trailers, without end', async () => {
    for (const start of [head, `${chunked}0\r\n`]) {
      const raw = await serveRaw((socket) => {
        socket.write(start);
        forEver(socket, `x-${'a'.repeat(100)}: ${'y'.repeat(900)}\r\n`);
      });
      expect((await failure(read(fetcherWith(open), `http://127.0.0.1:${raw.port}/`))).code).toBe('url_too_large');
      await raw.closed();
    }
  });

  it.each([
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', `${head}content-length: 1\r\ncontent-length: 5\r\n\r\nhello`],
    ['a length and chunks', `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`],
    ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['half of what it announced', `${head}content-length: 10\r\n\r\nhello`],
    ['half of its chunks', `${chunked}5\r\nhel`],
    ['half of its headers', `${head}content-le`],
    ['a status that does not exist', 'HTTP/1.1 99999 What\r\n\r\n'],
  ])('cannot confuse by sending %s', async (_name, bytes) => {
    const raw = await serveRaw((socket) => socket.end(bytes));
    const error = await failure(read(fetcherWith(open), `http://127.0.0.1:${raw.port}/`));
    expect(error).toMatchObject({ name: 'AppError', code: 'url_unreachable' });
    expect(error.detail.replace(`"127.0.0.1"`, '')).not.toMatch(/\d+\.\d+\.\d+\.\d+|:\d+/);
  });

  it('is not blamed when the reader is the slow one', async () => {
    const body = Buffer.alloc(600_000, 'x');
    const server = await serve({ '/': { body } });
    const fetcher = fetcherWith({ ...open, progress: { windowMs: 200, minBytes: 1 } });
    const page = await get(fetcher, `http://127.0.0.1:${server.port}/`);
    let [bytes, pieces] = [0, 0];
    for await (const piece of page.body) {
      bytes += (piece as Buffer).length; // without encoding a stream yields these
      if (pieces++ < 2) await new Promise((resolve) => setTimeout(resolve, 500)); // more than two windows
    }
    expect(bytes).toBe(600_000);
  });
});

describe('stopping', () => {
  it('works while the name is looked up', async () => {
    const abort = new AbortController();
    const fetcher = fetcherWith({ resolve: () => new Promise(() => {}) });
    const stopped = failure(get(fetcher, 'http://slow.test/', { signal: abort.signal }));
    setImmediate(() => abort.abort());
    expect((await stopped).code).toBe('cancelled');
    expect((await failure(get(fetcher, 'http://slow.test/', { timeoutMs: 30 }))).code).toBe('url_unreachable');
    const quick = fetcherWith({ resolve: () => new Promise(() => {}), connectTimeoutMs: 30 });
    expect((await failure(get(quick, 'http://slow.test/'))).code).toBe('url_unreachable');
  });

  it('ends all that is under way when the fetcher is closed, and leaves no connection behind', async () => {
    const raw = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nsome'));
    const fetcher = createSafeWebFetcher({ allowPrivate: ['127.0.0.1'] });
    const url = `http://127.0.0.1:${raw.port}/`;
    const [reading, idle, dropped] = [await get(fetcher, url), await get(fetcher, url), await get(fetcher, url)];
    dropped.body.destroy();
    const stopped = failure(buffer(reading.body));
    await fetcher.close();
    expect((await stopped).code).toBe('cancelled');
    expect(idle.body.destroyed).toBe(true);
    await raw.closed();
  });

  it('does not outlive its time while a reader dawdles', async () => {
    const server = await serve({ '/': { body: Buffer.alloc(5_000_000) } });
    const page = await get(fetcherWith({ allowPrivate: ['127.0.0.1'] }), `http://127.0.0.1:${server.port}/`, {
      timeoutMs: 100,
      maxBytes: 10_000_000,
    });
    await new Promise((resolve) => page.body.once('close', resolve));
    expect(await failure(buffer(page.body))).toMatchObject({ code: 'url_unreachable' });
  });
});

const bytesOf = async (page: ReturnType<typeof get>): Promise<Buffer> => buffer((await page).body);

/** The same port on another loopback address. */
async function startOn(port: number, host: string): Promise<{ requests: unknown[] }> {
  const requests: unknown[] = [];
  const server = createServer((socket) => void requests.push(socket.destroy()));
  server.listen(port, host);
  await once(server, 'listening');
  closers.push(async () => void (await new Promise((resolve) => server.close(resolve))));
  return { requests };
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function makeCertificate(name: string): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-tls-'));
  folders.push(folder);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await promisify(execFile)(findOnPath('openssl'), [...how, ...names, '-keyout', key, '-out', cert]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
