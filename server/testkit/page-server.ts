import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { WebPage } from './memory-web-fetcher.ts';

export interface PageServer {
  readonly port: number;
  /** What was asked for, in order. */
  readonly requests: readonly IncomingMessage[];
  /** Connections that are open now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export interface PageServerOptions {
  /** A loopback address; 127.0.0.1 unless given. */
  readonly host?: string;
  /** Serves https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const ENCODERS = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync, zstd: zstdCompressSync };

/** A web server on a free port that serves pages by path, or whatever `pages` answers. */
export async function startPageServer(
  pages: Readonly<Record<string, WebPage>> | RequestListener,
  { host = '127.0.0.1', tls }: PageServerOptions = {},
): Promise<PageServer> {
  const requests: IncomingMessage[] = [];
  const answer = typeof pages === 'function' ? pages : servePages(pages);
  const listener: RequestListener = (request, response) => {
    request.on('error', () => {}); // clients of these tests break off; the reply then has nobody to go to
    response.on('error', () => {});
    requests.push(request);
    answer(request, response);
  };
  const server: Server = tls ? createSecureServer({ ...tls }, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    port,
    requests,
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function servePages(pages: Readonly<Record<string, WebPage>>): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const page = pages[request.url ?? ''];
    if (page?.hangs === 'before') return;
    const body = Buffer.from(page?.body ?? '');
    const bytes = page?.encoding ? ENCODERS[page.encoding](body) : body;
    response.writeHead(page ? (page.status ?? 200) : 404, {
      ...page?.headers,
      ...(page?.encoding ? { 'content-encoding': page.encoding } : {}),
    });
    if (page?.hangs === 'within') response.write(bytes);
    else response.end(bytes);
  };
}
