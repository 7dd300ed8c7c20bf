import type { HeldLease } from './store.ts';

/**
 * Gives signs of life for jobs in work while this process is too busy to give them itself. It takes no part in deciding whose a
 * job is: a lease that another worker has is not touched.
 */
export interface LeaseGuard {
  /** Until the returned function is called. */
  hold(lease: HeldLease, leaseMs: number): () => void;
  close(): Promise<void>;
}
