import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { killWorker } from './kinds/kill-worker.ts';
import { otherFaults } from './kinds/all-faults.ts';
import { between, seededRandom, shuffled } from './seeded-random.ts';
import type { World } from './world.ts';

export interface Pace {
  /** Between the end of a fault and the next one. */
  readonly gapMs: readonly [least: number, most: number];
  /** Between two kills of workers. */
  readonly killGapMs: readonly [least: number, most: number];
}

/**
 * Kills workers, and beside that strikes with every other fault in an order of chance, again and again until `isOver` says
 * so; each has struck at least once then. The world is whole when it resolves.
 */
export async function strikeFaults(world: World, pace: Pace, isOver: () => boolean): Promise<void> {
  let rounds = 0;
  // A sequence of its own, so that the other's does not depend on which of the two is quicker.
  const killing: World = { ...world, random: seededRandom(Math.floor(world.random() * 2 ** 32)) };
  const done = (): boolean => rounds > 0 && isOver();

  async function kills(): Promise<void> {
    while (!done()) {
      await gap(killing, pace.killGapMs);
      await strike(killing, killWorker);
    }
  }
  async function others(): Promise<void> {
    while (!done()) {
      for (const fault of shuffled(world.random, otherFaults)) {
        if (done()) return;
        await gap(world, pace.gapMs);
        await strike(world, fault);
      }
      rounds += 1;
    }
  }
  await Promise.all([kills(), others()]);
  await Promise.all([world.api, ...world.workers].map((one) => one.running()));
}

function gap({ random }: World, [least, most]: Pace['gapMs']): Promise<void> {
  return delay(between(random, least, most));
}

async function strike(world: World, fault: Fault): Promise<void> {
  if (world.tally.skipped.has(fault.name)) return;
  world.tally.strikes.set(fault.name, (world.tally.strikes.get(fault.name) ?? 0) + 1);
  await fault.strike(world);
}
