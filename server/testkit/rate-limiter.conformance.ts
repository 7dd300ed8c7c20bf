import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiter } from '../src/core/ports/rate-limiter.ts';

export interface LimiterFixture {
  readonly limiter: RateLimiter;
  /** Lets so much time go by for it. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What every rate limiter does. Keys are new for each test where it keeps them. */
export function rateLimiterConformance(name: string, open: () => Promise<LimiterFixture>): void {
  describe(`${name} as a RateLimiter`, () => {
    let fixture: LimiterFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.close());

    it('allows so many in a window, says what is left, and begins anew after it', async () => {
      const { limiter } = fixture;
      const limit = { most: 2, windowMs: 300 };
      expect(await limiter.consume('a', limit)).toMatchObject({ allowed: true, remaining: 1 });
      expect(await limiter.consume('a', limit)).toMatchObject({ allowed: true, remaining: 0 });
      const refused = await limiter.consume('a', limit);
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.resetMs).toBeGreaterThan(0);
      expect(refused.resetMs).toBeLessThanOrEqual(300);
      expect(await limiter.consume('b', limit)).toMatchObject({ allowed: true });
      await fixture.pass(refused.resetMs + 1);
      expect(await limiter.consume('a', limit)).toMatchObject({ allowed: true, remaining: 1 });
    });

    it('lets no more through though all come at once', async () => {
      const consume = () => fixture.limiter.consume('a', { most: 7, windowMs: 60_000 });
      const verdicts = await Promise.all(Array.from({ length: 50 }, consume));
      expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(7);
    });
  });
}
