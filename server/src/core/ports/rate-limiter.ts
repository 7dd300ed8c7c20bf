/** So many in so long a time. */
export interface RateLimit {
  readonly most: number;
  readonly windowMs: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** Left in this window. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/** Counts what may happen only so often. Windows begin with the first count and end by the clock. */
export interface RateLimiter {
  /** Counts one more under `key`, in one step with the check, and says whether it was still allowed. */
  consume(key: string, limit: RateLimit): Promise<RateVerdict>;
  close?(): Promise<void>;
}
