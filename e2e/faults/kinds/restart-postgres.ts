import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** PostgreSQL crashes or is restarted in good order, and is away for a moment. */
export const restartPostgres: Fault = {
  name: 'PostgreSQL restarted',
  async strike({ postgres, random }) {
    const how = random() < 0.5 ? 'crash' : 'fast';
    const awayMs = between(random, 0, 2_000);
    await postgres.stop(how);
    await delay(awayMs);
    await postgres.start();
  },
};
