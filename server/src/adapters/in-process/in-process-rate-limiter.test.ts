import { expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { rateLimiterConformance } from '../../../testkit/rate-limiter.conformance.ts';
import { inProcessRateLimiter } from './in-process-rate-limiter.ts';

rateLimiterConformance('The limiter of one process', async () => {
  const clock = new ManualClock();
  return { limiter: inProcessRateLimiter(clock), pass: (ms) => clock.advance(ms), close: async () => {} };
});

it('the limiter of one process forgets the oldest windows when there are too many, never the newest', async () => {
  const limiter = inProcessRateLimiter(new ManualClock());
  const limit = { most: 1, windowMs: 1_000 };
  for (let i = 0; i <= 50_000; i++) await limiter.consume(`address ${i}`, limit);
  expect(await limiter.consume('address 50000', limit)).toMatchObject({ allowed: false });
  expect(await limiter.consume('address 0', limit)).toMatchObject({ allowed: true });
});
