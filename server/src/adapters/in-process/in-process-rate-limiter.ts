import type { Clock } from '../../core/ports/clock.ts';
import type { RateLimiter } from '../../core/ports/rate-limiter.ts';

/** Memory stays small when somebody comes from ever new addresses: the oldest windows are forgotten first. */
const MOST_WINDOWS = 50_000;

/** Counts in this process only: with several API processes each counts for itself. */
export function inProcessRateLimiter(clock: Pick<Clock, 'now'>): RateLimiter {
  const windows = new Map<string, { count: number; endsAt: number }>();
  return {
    async consume(key, { most, windowMs }) {
      const now = clock.now();
      let window = windows.get(key);
      if (!window || window.endsAt <= now) {
        windows.delete(key); // a new window is the youngest again
        window = { count: 0, endsAt: now + windowMs };
        windows.set(key, window);
        for (const oldest of windows.keys()) {
          if (windows.size <= MOST_WINDOWS) break;
          windows.delete(oldest);
        }
      }
      const allowed = window.count < most;
      if (allowed) window.count += 1;
      return { allowed, remaining: most - window.count, resetMs: window.endsAt - now };
    },
  };
}
