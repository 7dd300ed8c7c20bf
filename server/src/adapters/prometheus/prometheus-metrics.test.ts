import { describe, expect, it } from 'vitest';
import { createPrometheusMetrics } from './prometheus-metrics.ts';

const store = {
  jobs: { figures: async () => ({ counts: [{ kind: 'transcribe', status: 'queued', count: 3 }], oldestQueuedMs: 12_500 }) },
} as unknown as Parameters<typeof createPrometheusMetrics>[0]['store']; // only `figures` is called

describe('createPrometheusMetrics', () => {
  it('counts requests, jobs, sound and searches, and reads the queue when it is asked', async () => {
    const metrics = createPrometheusMetrics({ store, clock: { now: () => 0 } });
    metrics.requestFinished({ method: 'GET', route: '/api/jobs/:jobId', status: 200, durationMs: 12 });
    metrics.jobFinished({ kind: 'transcribe', outcome: 'succeeded', durationMs: 4000 });
    metrics.transcribed({ engine: 'pocketsphinx', model: 'en-us', audioMs: 10_000, durationMs: 1000 });
    metrics.searched({ mode: 'hybrid', durationMs: 20 });
    const { contentType, body } = await metrics.render();
    expect(contentType).toContain('text/plain');
    for (const line of [
      'scholium_http_requests_total{method="GET",route="/api/jobs/:jobId",status="200"} 1',
      'scholium_jobs_finished_total{kind="transcribe",outcome="succeeded"} 1',
      'scholium_transcribed_audio_seconds_total{engine="pocketsphinx",model="en-us"} 10',
      'scholium_transcription_real_time_factor_sum{engine="pocketsphinx",model="en-us"} 0.1',
      'scholium_search_duration_seconds_count{mode="hybrid"} 1',
      'scholium_jobs{kind="transcribe",status="queued"} 3',
      'scholium_queue_oldest_seconds 12.5',
    ])
      expect(body).toContain(line);
  });

  it('keeps the figures of two processes in one test apart', async () => {
    const [one, other] = [
      createPrometheusMetrics({ store, clock: { now: () => 0 } }),
      createPrometheusMetrics({ store, clock: { now: () => 0 } }),
    ];
    one.jobFinished({ kind: 'index', outcome: 'failed', durationMs: 1 });
    expect((await other.render()).body).not.toContain('kind="index"');
  });
});
