import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** Not a byte is left where recordings and scratch files lie, until an operator makes room. */
export const fillDisk: Fault = {
  name: 'disk full',
  async strike({ disk, random }) {
    if (!disk) return;
    const fullMs = between(random, 2_000, 4_000);
    await disk.fill();
    await delay(fullMs);
    await disk.free();
  },
};
