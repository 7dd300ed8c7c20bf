import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** An upload is looked at by ffprobe and written in about this time: the kill falls anywhere in it. */
const REQUEST_MS = 250;
/** When nobody uploads for so long, the API is killed all the same. */
const PATIENCE_MS = 5_000;

/** SIGKILL to the API while a recording is being uploaded; a supervisor starts it again. */
export const killApi: Fault = {
  name: 'API killed in an upload',
  async strike(world) {
    const wait = between(world.random, 0, REQUEST_MS);
    const deadline = Date.now() + PATIENCE_MS;
    while (world.uploads.size === 0 && Date.now() < deadline) await delay(5);
    await delay(wait);
    await world.api.kill();
    await world.api.running();
  },
};
