import type { Metrics } from '../src/core/ports/metrics.ts';

/** Metrics for tests that do not look at them. */
export const silentMetrics: Metrics = {
  jobTaken() {},
  jobStalled() {},
  jobFinished() {},
  placesTaken() {},
  modelLoaded() {},
  transcribed() {},
  modelUsed() {},
  searched() {},
};
