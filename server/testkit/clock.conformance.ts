import { describe, expect, it } from 'vitest';
import type { Clock } from '../src/core/ports/clock.ts';

/** What every `Clock` must do. `pass` lets that much time go by. */
export function clockConformance(name: string, make: () => { clock: Clock; pass: (ms: number) => Promise<void> }): void {
  describe(`${name} as Clock`, () => {
    it('wakes a sleeper when its time has passed', async () => {
      const { clock, pass } = make();
      const startedAt = clock.now();
      const sleeping = clock.sleep(20, new AbortController().signal);
      await pass(25);
      await sleeping;
      expect(clock.now() - startedAt).toBeGreaterThanOrEqual(19); // timers may be a millisecond early
    });

    it('wakes a sleeper at once when it is aborted, without an error', async () => {
      const { clock } = make();
      const stop = new AbortController();
      const sleeping = clock.sleep(3_600_000, stop.signal);
      stop.abort(new Error('stop'));
      await expect(sleeping).resolves.toBeUndefined();
    });

    it('does not sleep for one who is aborted already', async () => {
      await expect(make().clock.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
    });
  });
}
