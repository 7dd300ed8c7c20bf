import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** Redis crashes, is away for a moment, and comes back empty. */
export const restartRedis: Fault = {
  name: 'Redis restarted',
  async strike({ redis, random }) {
    const awayMs = between(random, 0, 2_000);
    await redis.stop();
    await delay(awayMs);
    await redis.start();
  },
};
