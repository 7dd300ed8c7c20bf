import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReply } from '@scholium/contract';
import type { Log } from '../../core/ports/log.ts';

export interface ProbesDeps {
  readonly metrics: { render(): Promise<{ contentType: string; body: string }> };
  readonly readiness: () => Promise<HealthReply>;
  readonly log: Log;
}

export interface Probes {
  readonly url: string;
  close(): Promise<void>;
}

/** Whoever asks sends no body and reads at once. */
const REQUEST_MS = 10_000;

/**
 * What a process without the API shows to those who watch over it: `/metrics`, `/health/live`, `/health/ready`. It holds nothing
 * of anybody: figures by kind, and whether the database and the storage answer.
 *
 * @throws NodeJS.ErrnoException when it cannot listen there (`EADDRINUSE`, `EACCES`, ...)
 * @example const probes = await serveProbes({ metrics, readiness, log }, { host: '127.0.0.1', port: 9464 });
 */
export async function serveProbes(deps: ProbesDeps, at: { readonly host: string; readonly port: number }): Promise<Probes> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    answer(deps, response, isRead ? path : undefined).catch((error: unknown) => {
      deps.log.error('error', 'probe.failed', { path, cause: String(error) });
      if (response.headersSent) response.destroy();
      else send(response, 500, 'text/plain', 'The answer could not be made. The log says more.\n');
    });
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const { port, address, family } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer({ metrics, readiness }: ProbesDeps, response: ServerResponse, path: string | undefined): Promise<void> {
  if (path === '/metrics') {
    const { contentType, body } = await metrics.render();
    return send(response, 200, contentType, body);
  }
  if (path === '/health/live') return send(response, 200, 'application/json', '{"status":"ok"}');
  if (path === '/health/ready') {
    const found = await readiness();
    return send(response, found.status === 'down' ? 503 : 200, 'application/json', JSON.stringify(found));
  }
  return send(response, 404, 'text/plain', 'There are /metrics, /health/live and /health/ready here.\n');
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body); // Node leaves the body out for HEAD
}
