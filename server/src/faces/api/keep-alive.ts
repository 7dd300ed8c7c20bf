import type { WebSocket } from '@fastify/websocket';

const PING_MS = 30_000;

/** Ends a connection whose peer does not answer any more. Returns the function that stops looking. */
export function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
