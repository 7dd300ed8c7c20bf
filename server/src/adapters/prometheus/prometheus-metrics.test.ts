import { expect, test } from 'vitest';
import { AppError } from '../../core/domain/app-error.ts';
import { prometheusMetrics, type PrometheusOptions } from './prometheus-metrics.ts';

const idle: PrometheusOptions['jobFigures'] = async () => ({ counts: [], oldestQueuedMs: 0 });

async function rendered(jobFigures = idle, use: (metrics: ReturnType<typeof prometheusMetrics>) => void = () => {}) {
  const metrics = prometheusMetrics({ version: '1.2.3', jobFigures });
  use(metrics);
  return metrics.render();
}

test('requests are counted by pattern and status, and their time is measured', async () => {
  const { body, contentType } = await rendered(idle, (metrics) => {
    metrics.requestFinished({ method: 'GET', route: '/api/jobs/:jobId', status: 200, durationMs: 30 });
    metrics.requestFinished({ method: 'GET', route: '/api/jobs/:jobId/events', status: 200, durationMs: null });
    metrics.requestFinished({ method: 'BREW', route: '/api/jobs/:jobId', status: 404, durationMs: 30 });
  });
  expect(contentType).toContain('text/plain');
  expect(body).toContain('scholium_http_requests_total{method="GET",route="/api/jobs/:jobId",status="200"} 1');
  expect(body).toContain('scholium_http_requests_total{method="other",route="/api/jobs/:jobId",status="404"} 1');
  expect(body).toContain('scholium_http_request_duration_seconds_bucket{le="0.05",method="GET",route="/api/jobs/:jobId"} 1');
  expect(body).toContain('scholium_http_requests_total{method="GET",route="/api/jobs/:jobId/events",status="200"} 1');
  expect(body).not.toMatch(/duration_seconds_count\{.*events/);
  expect(body).toContain('scholium_build_info{version="1.2.3"} 1');
  expect(body).toContain('process_resident_memory_bytes');
});

test('the queue is read at the scrape, and what left it is gone from the next', async () => {
  const replies = [
    { counts: [{ kind: 'transcribe', status: 'queued' as const, count: 3 }], oldestQueuedMs: 12_000 },
    { counts: [{ kind: 'transcribe', status: 'succeeded' as const, count: 3 }], oldestQueuedMs: 0 },
  ];
  const metrics = prometheusMetrics({ version: '1', jobFigures: async () => replies.shift() ?? (await idle()) });
  const first = (await metrics.render()).body;
  expect(first).toContain('scholium_jobs{kind="transcribe",status="queued"} 3');
  expect(first).toContain('scholium_queue_depth 3');
  expect(first).toContain('scholium_queue_oldest_seconds 12');
  const second = (await metrics.render()).body;
  expect(second).not.toContain('status="queued"');
  expect(second).toContain('scholium_queue_depth 0');
});

test('a store that is away leaves the other figures and is said to be away', async () => {
  const { body } = await rendered(async () => {
    throw new AppError('database_unavailable', 'The database is away.');
  });
  expect(body).toContain('scholium_queue_figures_available 0');
  expect(body).toContain('scholium_queue_depth Nan');
});

test('engines report how fast they are, jobs how they ended, searches how long they took', async () => {
  const { body } = await rendered(idle, (metrics) => {
    metrics.transcribed({ engine: 'pocketsphinx', model: 'en-us', audioMs: 60_000, durationMs: 18_000 });
    metrics.jobFinished({ kind: 'transcribe', outcome: 'succeeded', durationMs: 18_500 });
    metrics.searched({ mode: 'hybrid', durationMs: 15 });
  });
  expect(body).toContain('scholium_transcription_real_time_factor_sum{engine="pocketsphinx",model="en-us"} 0.3');
  expect(body).toContain('scholium_transcribed_audio_seconds_total{engine="pocketsphinx",model="en-us"} 60');
  expect(body).toContain('scholium_jobs_finished_total{kind="transcribe",outcome="succeeded"} 1');
  expect(body).toContain('scholium_search_duration_seconds_count{mode="hybrid"} 1');
});

test('a label that clients choose takes only so many values', async () => {
  const { body } = await rendered(idle, (metrics) => {
    for (let number = 0; number < 500; number += 1)
      metrics.transcribed({ engine: 'e', model: `m${number}`, audioMs: 1_000, durationMs: 1 });
  });
  expect(body.match(/^scholium_transcribed_audio_seconds_total\{/gm)).toHaveLength(101);
  expect(body).toContain('scholium_transcribed_audio_seconds_total{engine="e",model="other"} 400');
});
