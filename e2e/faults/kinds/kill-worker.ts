import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** SIGKILL to one of the workers, any moment; a supervisor starts it again. */
export const killWorker: Fault = {
  name: 'worker killed',
  async strike(world) {
    const candidates = world.workers.filter((worker) => !world.paused.has(worker));
    const worker = candidates[between(world.random, 0, candidates.length - 1)];
    if (!worker) return;
    await world.killWorker(worker);
    await worker.running();
  },
};
