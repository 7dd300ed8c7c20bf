import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock } from '../../core/ports/clock.ts';
import type { Metrics } from '../../core/ports/metrics.ts';
import type { Store } from '../../core/ports/store.ts';

export interface PrometheusMetrics extends Metrics {
  /** `route` is the pattern of the route, never the address: the number of series stays bounded. */
  requestFinished(fields: { method: string; route: string; status: number; durationMs: number }): void;
  /** Everything in the Prometheus text format. */
  render(): Promise<{ contentType: string; body: string }>;
}

/** Seconds. Requests take milliseconds, jobs minutes to hours. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
const JOB_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600];
const SEARCH_BUCKETS = [0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.3, 1, 3];
/** Time taken / length of the sound: below 1 is faster than real time. */
const REAL_TIME_FACTOR_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** The figures of one process. Queue figures are read from the store when they are asked for. */
export function createPrometheusMetrics(deps: { store: Pick<Store, 'jobs'>; clock: Pick<Clock, 'now'> }): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'scholium_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'scholium_http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const jobs = new Counter({
    name: 'scholium_jobs_finished_total',
    help: 'Runs of jobs by how they ended.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const jobSeconds = new Histogram({
    name: 'scholium_job_duration_seconds',
    help: 'Time a run of a job took.',
    labelNames: ['kind'],
    buckets: JOB_BUCKETS,
    registers,
  });
  const realTimeFactor = new Histogram({
    name: 'scholium_transcription_real_time_factor',
    help: 'Time taken divided by the length of the sound.',
    labelNames: ['engine', 'model'],
    buckets: REAL_TIME_FACTOR_BUCKETS,
    registers,
  });
  const audioSeconds = new Counter({
    name: 'scholium_transcribed_audio_seconds_total',
    help: 'Sound transcribed.',
    labelNames: ['engine', 'model'],
    registers,
  });
  const searchSeconds = new Histogram({
    name: 'scholium_search_duration_seconds',
    help: 'Time a search took.',
    labelNames: ['mode'],
    buckets: SEARCH_BUCKETS,
    registers,
  });
  addQueueFigures(deps, registers);

  return {
    requestFinished({ method, route, status, durationMs }) {
      requests.inc({ method, route, status: String(status) });
      requestSeconds.observe({ method, route }, durationMs / 1000);
    },
    jobFinished({ kind, outcome, durationMs }) {
      jobs.inc({ kind, outcome });
      jobSeconds.observe({ kind }, durationMs / 1000);
    },
    transcribed({ engine, model, audioMs, durationMs }) {
      audioSeconds.inc({ engine, model }, audioMs / 1000);
      if (audioMs > 0) realTimeFactor.observe({ engine, model }, durationMs / audioMs);
    },
    searched: ({ mode, durationMs }) => searchSeconds.observe({ mode }, durationMs / 1000),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** The count by kind and status, and the age of the oldest waiting job, as they are in the table now. */
function addQueueFigures(
  { store, clock }: { store: Pick<Store, 'jobs'>; clock: Pick<Clock, 'now'> },
  registers: Registry[],
): void {
  new Gauge({
    name: 'scholium_queue_oldest_seconds',
    help: 'How long the oldest queued job has waited.',
    registers,
    async collect() {
      this.set((await store.jobs.figures(clock.now())).oldestQueuedMs / 1000);
    },
  });
  new Gauge({
    name: 'scholium_jobs',
    help: 'Jobs in the table by kind and status; queued ones are the depth of the queue.',
    labelNames: ['kind', 'status'],
    registers,
    async collect() {
      const { counts } = await store.jobs.figures(clock.now());
      this.reset();
      for (const { kind, status, count } of counts) this.set({ kind, status }, count);
    },
  });
}
