import type { Registry } from 'prom-client';
import { boundedLabel, counter, histogram } from './series.ts';

export interface RequestSeries {
  /** `durationMs` null counts the request without measuring it (streams). */
  requestFinished(fields: { method: string; route: string; status: number; durationMs: number | null }): void;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** From a cached read to the slowest answer, around the alert at 2 s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** Requests to the API of this process. */
export function requestSeries(registry: Registry): RequestSeries {
  const route = boundedLabel();
  const requests = counter(registry, 'scholium_http_requests_total', 'Requests by route pattern and status', [
    'method',
    'route',
    'status',
  ]);
  const seconds = histogram(registry, {
    name: 'scholium_http_request_duration_seconds',
    help: 'How long requests took, streams left out',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
  });
  return {
    requestFinished({ method, route: pattern, status, durationMs }) {
      const labels = { method: METHODS.has(method) ? method : 'other', route: route(pattern) };
      requests.inc({ ...labels, status: String(status) });
      if (durationMs !== null) seconds.observe(labels, durationMs / 1000);
    },
  };
}
