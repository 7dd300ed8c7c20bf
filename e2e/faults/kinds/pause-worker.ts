import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { between } from '../seeded-random.ts';

/** Past the lease of 7 s. */
const PAUSE_MS = 12_000;

/** A worker stands still (SIGSTOP) until its jobs belong to others, then goes on as if nothing had been. */
export const pauseWorker: Fault = {
  name: 'worker paused past its lease',
  async strike(world) {
    const worker = world.workers[between(world.random, 0, world.workers.length - 1)]!; // in range
    const { pid } = await worker.running();
    world.paused.add(worker); // not killed meanwhile: it has to wake
    try {
      if (!signalled(pid, 'SIGSTOP')) return;
      await delay(PAUSE_MS);
      signalled(pid, 'SIGCONT');
    } finally {
      world.paused.delete(worker);
    }
  },
};

/** False when it was killed meanwhile. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
