import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { inProcessRateLimiter } from './in-process-rate-limiter.ts';

describe('the limiter of one process', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  it('allows so many in a window, says what is left, and begins anew after it', async () => {
    const limiter = inProcessRateLimiter(clock);
    const limit = { most: 2, windowMs: 1_000 };
    expect(await limiter.consume('a', limit)).toEqual({ allowed: true, remaining: 1, resetMs: 1_000 });
    await clock.advance(400);
    expect(await limiter.consume('a', limit)).toEqual({ allowed: true, remaining: 0, resetMs: 600 });
    expect(await limiter.consume('a', limit)).toEqual({ allowed: false, remaining: 0, resetMs: 600 });
    expect(await limiter.consume('b', limit)).toMatchObject({ allowed: true });
    await clock.advance(600);
    expect(await limiter.consume('a', limit)).toEqual({ allowed: true, remaining: 1, resetMs: 1_000 });
  });

  it('lets no more through though all come at once', async () => {
    const limiter = inProcessRateLimiter(clock);
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => limiter.consume('a', { most: 7, windowMs: 1_000 })));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(7);
  });

  it('forgets the oldest windows when there are too many, never the newest', async () => {
    const limiter = inProcessRateLimiter(clock);
    const limit = { most: 1, windowMs: 1_000 };
    for (let i = 0; i <= 50_000; i++) await limiter.consume(`address ${i}`, limit);
    expect(await limiter.consume('address 50000', limit)).toMatchObject({ allowed: false });
    expect(await limiter.consume('address 0', limit)).toMatchObject({ allowed: true });
  });
});
