import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, startGuarded } from './guarded-process.ts';

export interface RedisServer {
  readonly url: string;
  /** Ends it as a crash does: everything it held is gone. `start` brings it back, empty, on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  flushAll(): Promise<void>;
  /** It answers nobody for so long. */
  pause(ms: number): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

/** A real Redis server on a private port in a temporary folder; it ends with the test process. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const launch = () => startGuarded('redis-server', args, { cwd: folder });
  let running = launch();

  const server: RedisServer = {
    url,
    stop: () => running.end('KILL'),
    async start() {
      running = launch();
      await answers(url, running.ended);
    },
    async restart() {
      await server.stop();
      await server.start();
    },
    flushAll: () => ask(url, (redis) => redis.flushall()),
    pause: (ms) => ask(url, (redis) => redis.client('PAUSE', ms, 'ALL')),
    async close() {
      await running.end('KILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await answers(url, running.ended);
  return server;
}

async function answers(url: string, ended: Promise<string>): Promise<void> {
  let output: string | null = null;
  void ended.then((text) => (output = text));
  for (;;) {
    if (output !== null) throw new Error(`Redis did not start (apt-get install redis-server): ${String(output)}`);
    try {
      return await ask(url, (redis) => redis.ping());
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20)); // until it listens
    }
  }
}

async function ask(url: string, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {}); // told by the question
  try {
    await redis.connect();
    await question(redis);
  } finally {
    redis.disconnect();
  }
}
