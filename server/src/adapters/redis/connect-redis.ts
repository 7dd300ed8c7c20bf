import { Redis } from 'ioredis';
import { AppError } from '../../core/domain/app-error.ts';
import type { Log } from '../../core/ports/log.ts';

/** Longest wait between two attempts to reach a Redis that is away: work is picked up soon after it is back. */
const RECONNECT_MS = 500;
/** How long one attempt to connect, or one command of a request, may take. */
export const REDIS_TIMEOUT_MS = 1_000;

/**
 * A connection that comes back by itself. `requests`: commands fail at once while Redis is away, so that no request of a
 * user hangs. `listener`: commands wait until it is back, as BullMQ demands of its workers.
 * Logs when it goes and when it is back, once each, without the address: it may hold a password.
 */
export function connectRedis(options: { url: string; use: 'requests' | 'listener'; log: Log }): Redis {
  const { url, use, log } = options;
  const isListener = use === 'listener';
  const redis = new Redis(url, {
    connectTimeout: REDIS_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(RECONNECT_MS, 50 * times),
    maxRetriesPerRequest: isListener ? null : 0,
    enableOfflineQueue: isListener,
    // ioredis would subscribe again with a promise that nobody awaits, which ends the process if the line breaks then.
    autoResubscribe: false,
    ...(!isListener && { commandTimeout: REDIS_TIMEOUT_MS }),
  });
  let isAway = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (isAway) return;
    isAway = true;
    log.warn('application', 'redis.away', { use, cause: error.code ?? error.name });
  });
  redis.on('ready', () => {
    if (isAway) log.info('application', 'redis.back', { use });
    isAway = false;
  });
  return redis;
}

/** Resolves when the connection can be used, or after the time of one attempt. */
export async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, REDIS_TIMEOUT_MS);
  redis.once('ready', resolve).once('error', resolve);
  await promise;
  clearTimeout(timer);
  redis.off('ready', resolve).off('error', resolve);
}

/** @throws AppError `queue_unreachable` */
export async function checkRedis(redis: Redis): Promise<void> {
  try {
    await redis.ping();
  } catch (cause) {
    throw new AppError('queue_unreachable', 'Redis does not answer. Check REDIS_URL and the server; jobs wait in the database.', {
      cause,
    });
  }
}
