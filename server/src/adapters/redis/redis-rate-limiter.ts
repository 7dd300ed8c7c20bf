import type { Log } from '../../core/ports/log.ts';
import type { RateLimiter } from '../../core/ports/rate-limiter.ts';
import { connectRedis, whenReady } from './connect-redis.ts';

export type RedisRateLimiter = Required<RateLimiter>;

/** Counts, begins the window with the first count, and tells both in one step. A key that lost its end gets a new one. */
const CONSUME = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`;

/** Counts for all processes on one Redis. While it is away `fallback` counts for this process alone: nobody is locked out by that. */
export async function redisRateLimiter(options: {
  url: string;
  prefix: string;
  log: Log;
  fallback: RateLimiter;
}): Promise<RedisRateLimiter> {
  const { url, prefix, log, fallback } = options;
  const redis = connectRedis({ url, use: 'requests', log });
  await whenReady(redis);
  return {
    async consume(key, limit) {
      let reply: unknown;
      try {
        reply = await redis.eval(CONSUME, 1, `${prefix}:rate:${key}`, limit.windowMs);
      } catch {
        return fallback.consume(key, limit);
      }
      const [count, resetMs] = reply as [number, number]; // what the script returns
      return { allowed: count <= limit.most, remaining: Math.max(0, limit.most - count), resetMs };
    },
    async close() {
      redis.disconnect();
    },
  };
}
