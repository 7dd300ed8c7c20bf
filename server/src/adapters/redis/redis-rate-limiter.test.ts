import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rateLimiterConformance } from '../../../testkit/rate-limiter.conformance.ts';
import { startRedis, type RedisServer } from '../../../testkit/redis-server.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { inProcessRateLimiter } from '../in-process/in-process-rate-limiter.ts';
import { systemClock } from '../system/system-clock.ts';
import { redisRateLimiter } from './redis-rate-limiter.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const open = (prefix: string) =>
  redisRateLimiter({ url: server.url, prefix, log: silentLog, fallback: inProcessRateLimiter(systemClock) });

rateLimiterConformance('The limiter on Redis', async () => {
  const prefix = randomUUID();
  const [limiter, redis] = [await open(prefix), new Redis(server.url)];
  return {
    limiter,
    // Redis has a clock of its own: the end of every window is drawn nearer instead of waiting for it.
    async pass(ms) {
      for (const key of await redis.keys(`${prefix}:*`)) {
        const left = (await redis.pttl(key)) - ms;
        if (left <= 0) await redis.del(key);
        else await redis.pexpire(key, left);
      }
    },
    async close() {
      redis.disconnect();
      await limiter.close();
    },
  };
});

it('two processes on one Redis count together', async () => {
  const [one, two] = [await open('shared'), await open('shared')];
  const limit = { most: 3, windowMs: 60_000 };
  const verdicts = [];
  for (const limiter of [one, two, one, two]) verdicts.push((await limiter.consume('a', limit)).allowed);
  expect(verdicts).toEqual([true, true, true, false]);
  await Promise.all([one.close(), two.close()]);
});

it('while Redis is away each counts for itself, and together again when it is back', async () => {
  const own = await startRedis();
  const log = silentLog;
  const limiter = await redisRateLimiter({ url: own.url, prefix: 'p', log, fallback: inProcessRateLimiter(systemClock) });
  const limit = { most: 1, windowMs: 60_000 };
  await own.stop();
  expect(await limiter.consume('a', limit)).toMatchObject({ allowed: true });
  expect(await limiter.consume('a', limit)).toMatchObject({ allowed: false });
  await own.start();
  // It is empty: what was counted before is forgotten.
  await vi.waitFor(async () => expect(await limiter.consume('a', limit)).toMatchObject({ allowed: true }), { timeout: 10_000 });
  await limiter.close();
  await own.close();
});
