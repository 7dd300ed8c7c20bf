import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Faults, type Fault } from './s3-server-faults.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: AsyncIterable<Buffer> | Iterable<Buffer>;
}

export interface FaultyServer {
  readonly url: string;
  /** For bytes; removed at the end. */
  readonly folder: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Null when the client broke off. */
type Answer = (request: IncomingMessage, fault: Fault | null, server: FaultyServer) => Promise<Reply | null>;

/** An HTTP server on a free port of this machine that carries out faults on demand. */
export async function startFaultyServer(answer: Answer): Promise<FaultyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-objects-'));
  const faults = new Faults();
  const server = createServer((request, response) => {
    request.on('error', () => {}); // clients of these tests break off; the reply then has nobody to go to
    response.on('error', () => {});
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const running: FaultyServer = {
    url: `http://127.0.0.1:${port}`,
    folder,
    faults,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
  return running;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = faults.next(request);
    if (fault === 'cut') return void request.destroy();
    if (fault === 'hang') return void request.resume();
    const reply = await answer(request, fault, running).catch((error: unknown): Reply => {
      const bytes = Buffer.from(String(error));
      return { status: 501, headers: { 'content-length': String(bytes.length) }, body: [bytes] };
    });
    if (reply === null || fault === 'cut-reply') return void response.destroy();
    await send(response, reply, fault).catch(() => response.destroy());
  }
}

async function send(response: ServerResponse, reply: Reply, fault: Fault | null): Promise<void> {
  response.writeHead(reply.status, { 'x-amz-request-id': 'test', ...reply.headers });
  const halfOf = Number(reply.headers['content-length'] ?? 0) / 2;
  let sent = 0;
  if (reply.body !== undefined) {
    for await (const bytes of reply.body) {
      const rest = fault === 'cut-body' ? bytes.subarray(0, Math.ceil(halfOf) - sent) : bytes;
      if (!response.write(rest)) await roomIn(response);
      sent += rest.byteLength;
      if (response.destroyed) return;
      if (fault === 'cut-body' && sent >= halfOf) {
        // What was written must arrive first.
        await new Promise((resolve) => response.socket?.write('', resolve));
        response.destroy();
        return;
      }
      if (fault === 'slow') await delay(2);
    }
  }
  response.end();
  await finished(response);
}

function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
