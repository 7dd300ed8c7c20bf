import { z } from 'zod';
import type { JobKind } from '../jobs/job-kind.ts';

/** Daily cleaning. Tried once more at most: the next day does it again anyway. */
export const upkeepJob: JobKind<Record<string, never>> = {
  kind: 'upkeep',
  payload: z.record(z.string(), z.never()),
  lane: 'light',
  maxAttempts: 2,
  timeoutMs: 0,
};
