import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../src/core/ports/clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 1_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const sleeper: Sleeper = {
        wakeAt: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Moves time, waking sleepers in the order in which they are due, each with time for what it does next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = [...this.#sleepers].filter((sleeper) => sleeper.wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.wakeAt);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Time goes by while nobody gets a turn, as when a machine sleeps; then all who are due wake, in their order. */
  async pause(ms: number): Promise<void> {
    await settle();
    this.#now += ms;
    await this.advance(0);
  }

  /** Moves time in steps until the condition holds. @throws Error when it does not within `limitMs` of this clock */
  async advanceUntil(condition: () => boolean | Promise<boolean>, { stepMs = 50, limitMs = 600_000 } = {}): Promise<void> {
    const end = this.#now + limitMs;
    for (;;) {
      await settle();
      if (await condition()) return;
      if (this.#now >= end) throw new Error(`The condition did not come true within ${limitMs} ms.`);
      await this.advance(stepMs);
    }
  }
}

/** Lets everything that is ready run: 20 turns of the event loop are more than the longest chain of awaits between two waits. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await turn();
}
