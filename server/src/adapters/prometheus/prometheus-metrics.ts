import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../../core/ports/metrics.ts';
import type { Store } from '../../core/ports/store.ts';

/** Metrics of the core, and what the HTTP face adds and shows. */
export interface PrometheusMetrics extends Metrics {
  /** `durationMs` null counts the request without measuring it (streams). */
  requestFinished(fields: { method: string; route: string; status: number; durationMs: number | null }): void;
  render(): Promise<{ contentType: string; body: string }>;
}

export interface PrometheusOptions {
  readonly version: string;
  /** Asked at each scrape. */
  readonly jobFigures: () => ReturnType<Store['jobs']['figures']>;
}

/** A label takes so many values; what comes later is counted as `other`, so that clients cannot fill the memory. */
const MAX_LABEL_VALUES = 100;

/** From a cached read to the slowest answer, around the alert at 2 s. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
const JOB_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600];
const SEARCH_BUCKETS = [0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.3, 1];
/** Below 1 is faster than the recording plays. */
const REAL_TIME_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 3, 10];

/** Figures for Prometheus: requests, jobs, queue, engines, search and the process. */
export function prometheusMetrics(options: PrometheusOptions): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const route = boundedLabel();
  const kind = boundedLabel();
  const model = boundedLabel();
  new Gauge({ name: 'scholium_build_info', help: 'The version that runs', labelNames: ['version'], registers }).set(
    { version: options.version },
    1,
  );
  const requests = new Counter({
    name: 'scholium_http_requests_total',
    help: 'Requests by route pattern and status',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'scholium_http_request_duration_seconds',
    help: 'How long requests took',
    labelNames: ['method', 'route'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const jobs = new Counter({
    name: 'scholium_jobs_finished_total',
    help: 'Runs of jobs by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const jobSeconds = new Histogram({
    name: 'scholium_job_duration_seconds',
    help: 'How long runs of jobs took',
    labelNames: ['kind', 'outcome'],
    buckets: JOB_BUCKETS,
    registers,
  });
  const audioSeconds = new Counter({
    name: 'scholium_transcribed_audio_seconds_total',
    help: 'Sound that was transcribed',
    labelNames: ['engine', 'model'],
    registers,
  });
  const realTimeFactor = new Histogram({
    name: 'scholium_transcription_real_time_factor',
    help: 'Time taken divided by the length of the sound',
    labelNames: ['engine', 'model'],
    buckets: REAL_TIME_BUCKETS,
    registers,
  });
  const searchSeconds = new Histogram({
    name: 'scholium_search_duration_seconds',
    help: 'How long searches took',
    labelNames: ['mode'],
    buckets: SEARCH_BUCKETS,
    registers,
  });
  const showQueue = queueGauges(registers, kind);

  return {
    requestFinished({ method, route: pattern, status, durationMs }) {
      const labels = { method: METHODS.has(method) ? method : 'other', route: route(pattern) };
      requests.inc({ ...labels, status: String(status) });
      if (durationMs !== null) requestSeconds.observe(labels, durationMs / 1000);
    },
    jobFinished({ kind: name, outcome, durationMs }) {
      const labels = { kind: kind(name), outcome };
      jobs.inc(labels);
      jobSeconds.observe(labels, durationMs / 1000);
    },
    transcribed({ engine, model: name, audioMs, durationMs }) {
      const labels = { engine, model: model(name) };
      audioSeconds.inc(labels, audioMs / 1000);
      if (audioMs > 0) realTimeFactor.observe(labels, durationMs / audioMs);
    },
    searched: ({ mode, durationMs }) => searchSeconds.observe({ mode }, durationMs / 1000),
    async render() {
      await showQueue(options.jobFigures);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** Sets the gauges of the queue from the store; without the store they are left out and said to be missing. */
function queueGauges(registers: Registry[], kind: (value: string) => string) {
  const count = new Gauge({
    name: 'scholium_jobs',
    help: 'Jobs in the store by kind and status',
    labelNames: ['kind', 'status'],
    registers,
  });
  const depth = new Gauge({ name: 'scholium_queue_depth', help: 'Jobs that wait', registers });
  const oldest = new Gauge({ name: 'scholium_queue_oldest_seconds', help: 'Age of the job that waits longest', registers });
  const known = new Gauge({ name: 'scholium_queue_figures_available', help: '0 when the store could not be asked', registers });
  return async (figures: PrometheusOptions['jobFigures']): Promise<void> => {
    count.reset();
    try {
      const { counts, oldestQueuedMs } = await figures();
      for (const entry of counts) count.inc({ kind: kind(entry.kind), status: entry.status }, entry.count);
      depth.set(counts.filter(({ status }) => status === 'queued').reduce((sum, entry) => sum + entry.count, 0));
      oldest.set(oldestQueuedMs / 1000);
      known.set(1);
    } catch {
      depth.set(Number.NaN);
      oldest.set(Number.NaN);
      known.set(0); // the store's own health check says why
    }
  };
}

function boundedLabel(): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= MAX_LABEL_VALUES) return 'other';
    seen.add(value);
    return value;
  };
}
