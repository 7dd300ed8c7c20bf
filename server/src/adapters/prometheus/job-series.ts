import type { Registry } from 'prom-client';
import type { Metrics } from '../../core/ports/metrics.ts';
import { boundedLabel, counter, gauge, histogram } from './series.ts';

/** From an idle worker's 10 ms to a queue of hours. */
const WAIT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600];
const RUN_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600];
/** Around the lease of 7 s and the promise of 15 s. */
const RECOVERY_BUCKETS = [1, 5, 7, 8, 9, 10, 12, 15, 20, 30, 60, 300, 3600];

/** What the workers of this process did, and what they do. */
export function jobSeries(registry: Registry): Pick<Metrics, 'jobTaken' | 'jobStalled' | 'jobFinished' | 'placesTaken'> {
  const kindOf = boundedLabel();
  const waited = histogram(registry, {
    name: 'scholium_job_wait_seconds',
    help: 'How long jobs could have been taken before a worker took them',
    labelNames: ['kind'],
    buckets: WAIT_BUCKETS,
  });
  const finished = counter(registry, 'scholium_jobs_finished_total', 'Runs of jobs by kind and outcome', ['kind', 'outcome']);
  const seconds = histogram(registry, {
    name: 'scholium_job_duration_seconds',
    help: 'How long runs of jobs took',
    labelNames: ['kind', 'outcome'],
    buckets: RUN_BUCKETS,
  });
  const retries = counter(registry, 'scholium_job_retries_total', 'Runs that failed and are tried again', ['kind']);
  const dead = counter(registry, 'scholium_jobs_dead_lettered_total', 'Jobs that became dead letters', ['kind']);
  const errors = counter(registry, 'scholium_job_errors_total', 'Runs that failed, by error code', ['kind', 'code']);
  const stalled = counter(
    registry,
    'scholium_jobs_stalled_total',
    'Jobs whose worker was lost, found by this process when the lease had run out',
    ['kind'],
  );
  const recovery = histogram(registry, {
    name: 'scholium_job_recovery_seconds',
    help: 'From the last sign of life of a lost worker to the taking up of its job',
    labelNames: ['kind'],
    buckets: RECOVERY_BUCKETS,
  });
  const places = gauge(registry, 'scholium_worker_slots', 'Jobs that this process works on at once, at most', ['lane']);
  const busy = gauge(registry, 'scholium_worker_slots_busy', 'Jobs that this process works on', ['lane']);
  return {
    jobTaken: ({ kind, waitedMs }) => waited.observe({ kind: kindOf(kind) }, waitedMs / 1000),
    jobStalled({ kind, silentMs }) {
      const labels = { kind: kindOf(kind) };
      stalled.inc(labels);
      recovery.observe(labels, silentMs / 1000);
    },
    jobFinished({ kind: name, outcome, durationMs, errorCode }) {
      const kind = kindOf(name);
      finished.inc({ kind, outcome });
      seconds.observe({ kind, outcome }, durationMs / 1000);
      if (outcome === 'retried') retries.inc({ kind });
      if (outcome === 'failed') dead.inc({ kind });
      if (errorCode !== null) errors.inc({ kind, code: errorCode });
    },
    placesTaken({ lane, taken, places: most }) {
      places.set({ lane }, most);
      busy.set({ lane }, taken);
    },
  };
}
