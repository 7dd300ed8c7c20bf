import type { Clock } from '../ports/clock.ts';

/** Waits that can be cut short. A ring while nobody waits makes the next wait return at once. */
export interface Bell {
  ring(): void;
  /** Resolves when rung or after `ms`. One waiter at a time. */
  wait(ms: number): Promise<void>;
}

export function makeBell(clock: Clock): Bell {
  let rung = false;
  let waiting: AbortController | null = null;
  return {
    ring() {
      rung = true;
      waiting?.abort();
    },
    async wait(ms) {
      if (!rung) {
        waiting = new AbortController();
        await clock.sleep(ms, waiting.signal);
        waiting = null;
      }
      rung = false;
    },
  };
}
