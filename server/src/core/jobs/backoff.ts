/** How long failed jobs wait: `baseMs` doubled with each try, at most `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
  /** 0 <= x < 1; for tests. */
  readonly random?: () => number;
}

/** 2 s, 4 s, 8 s, ... at most 5 minutes: short enough to watch, long enough for a server to come back. */
export const DEFAULT_BACKOFF: Backoff = { baseMs: 2_000, maxMs: 5 * 60_000 };

/**
 * Milliseconds to wait after try number `attempt` (from 1): exponential backoff with full jitter, so that many jobs
 * that failed together do not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @example backoffMs(3, { baseMs: 2000, maxMs: 300000, random: () => 0.5 }) // 4000
 */
export function backoffMs(attempt: number, { baseMs, maxMs, random = Math.random }: Backoff): number {
  return Math.floor(random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1)));
}
