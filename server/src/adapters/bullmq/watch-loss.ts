import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

export interface LossWatch {
  /** A message could not be left in Redis: everybody is told once it is back. */
  missed(): void;
  stop(): Promise<void>;
}

/** Two small commands a second for each process. */
const LOOK_MS = 1_000;

/**
 * Calls `onLoss` within about a second when messages were lost: Redis was emptied or came back empty, or some process could not
 * leave one. All processes compare one value that lies in Redis: it is gone with everything else, and whoever has missed
 * something changes it.
 */
export function watchLoss(options: { redis: Redis; key: string; onLoss: () => void }): LossWatch {
  const { redis, key, onLoss } = options;
  const stopping = new AbortController();
  let known: string | null = null;
  let hasMissed = false;

  async function look(): Promise<void> {
    if (redis.status !== 'ready') return;
    if (hasMissed) {
      await redis.set(key, randomUUID());
      hasMissed = false;
    }
    // In one transaction: nobody empties it in between.
    const replies = await redis.multi().set(key, randomUUID(), 'NX').get(key).exec();
    const found = replies?.[1]?.[1];
    if (typeof found !== 'string' || found === known) return;
    const isFirst = known === null;
    known = found;
    if (!isFirst) onLoss();
  }

  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => {}); // it is away: the connection logs it
      await delay(LOOK_MS, null, { signal: stopping.signal }).catch(() => {}); // stopped
    }
  })();

  return {
    missed: () => void (hasMissed = true),
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}
