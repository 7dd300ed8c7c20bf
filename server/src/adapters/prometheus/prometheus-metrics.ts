import { collectDefaultMetrics, Registry } from 'prom-client';
import type { JobFigures } from '../../core/jobs/job-figures.ts';
import type { Metrics } from '../../core/ports/metrics.ts';
import { jobSeries } from './job-series.ts';
import { poolSeries, type PoolFigures } from './pool-series.ts';
import { queueSeries } from './queue-series.ts';
import { requestSeries, type RequestSeries } from './request-series.ts';
import { machineSeries } from './machine-series.ts';
import { gauge } from './series.ts';
import { workSeries } from './work-series.ts';

/** Metrics of the core, and what the HTTP face adds and shows. */
export interface PrometheusMetrics extends Metrics, RequestSeries {
  render(): Promise<{ contentType: string; body: string }>;
}

export interface PrometheusOptions {
  readonly version: string;
  /** Asked at a scrape, at most once in 5 s however many ask: the same for all processes on a database. */
  readonly jobFigures: () => Promise<JobFigures>;
  /** The connection pools of this process as they are now; none embedded. */
  readonly pools?: () => readonly PoolFigures[];
  /** The folder whose disk is shown; none when left out. */
  readonly dataDir?: string;
}

/** Series of Node's own that break Prometheus' rules for names; each has a lawful twin without `_total`. */
const UNLAWFUL = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * Figures for Prometheus, listed in docs/metrics.md. Jobs that were taken, stalled, ended: of this process. Queue: of the
 * database, so every process shows the same.
 */
export function prometheusMetrics(options: PrometheusOptions): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of UNLAWFUL) registry.removeSingleMetric(name);
  gauge(registry, 'scholium_build_info', 'The version that runs; always 1', ['version']).set({ version: options.version }, 1);
  const showQueue = queueSeries(registry, options.jobFigures);
  const showPools = options.pools && poolSeries(registry, options.pools);
  const showMachine = machineSeries(registry, options.dataDir ?? null);
  return {
    ...requestSeries(registry),
    ...jobSeries(registry),
    ...workSeries(registry),
    async render() {
      showPools?.();
      await Promise.all([showQueue(), showMachine()]);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
