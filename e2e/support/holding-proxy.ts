import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on to a server and can hold those it is told to. */
export interface HoldingProxy {
  readonly url: string;
  /** `METHOD upload-offset` of every request with an offset, in order. */
  readonly offsets: string[];
  /** From now on requests from this offset on are held, unread. Null lets all pass. */
  holdFrom(offset: number | null): void;
  readonly held: () => number;
  close(): void;
}

export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const offsets: string[] = [];
  let [from, held]: [number | null, number] = [null, 0];
  const server = createServer((incoming, answer) => {
    const offset = incoming.headers['upload-offset'];
    if (offset !== undefined) offsets.push(`${incoming.method} ${String(offset)}`);
    if (offset !== undefined && from !== null && Number(offset) >= from) {
      held += 1;
      return;
    }
    const { method = 'GET', headers, url = '/' } = incoming;
    const outgoing = request(target + url, { method, headers: { ...headers, host: new URL(target).host } }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.on('error', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    offsets,
    holdFrom: (offset) => void (from = offset),
    held: () => held,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
