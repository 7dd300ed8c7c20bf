import type { FastifyInstance } from 'fastify';

/** How long the rest of a refused body is read and dropped. */
const DRAIN_MS = 10_000;

/**
 * A client that is still sending when the answer comes would see only a reset if the line were cut at once.
 * Node reads and drops what arrives after the answer; this puts an end to it.
 */
export function drainRefusedBodies(app: FastifyInstance): void {
  app.addHook('onResponse', async (request) => {
    const { raw } = request;
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = raw.headers;
    if (raw.complete || raw.destroyed || (length === '0' && encoding === undefined)) return;
    const timer = setTimeout(() => raw.destroy(), DRAIN_MS);
    timer.unref();
    raw.once('close', () => clearTimeout(timer));
    raw.resume();
  });
}
