import { expect, test } from 'vitest';
import { AppError } from '../../core/domain/app-error.ts';
import { figuresOf, type JobCount } from '../../core/jobs/job-figures.ts';
import { prometheusMetrics, type PrometheusMetrics, type PrometheusOptions } from './prometheus-metrics.ts';

const idle: PrometheusOptions['jobFigures'] = async () => figuresOf([], 0);

async function rendered(jobFigures = idle, use: (metrics: PrometheusMetrics) => void = () => {}): Promise<string> {
  const metrics = prometheusMetrics({ version: '1.2.3', jobFigures });
  use(metrics);
  return (await metrics.render()).body;
}

test('requests are counted by pattern and status, and their time is measured', async () => {
  const metrics = prometheusMetrics({ version: '1.2.3', jobFigures: idle });
  metrics.requestFinished({ method: 'GET', route: '/api/jobs/:jobId', status: 200, durationMs: 30 });
  metrics.requestFinished({ method: 'GET', route: '/api/jobs/:jobId/events', status: 200, durationMs: null });
  metrics.requestFinished({ method: 'BREW', route: '/api/jobs/:jobId', status: 404, durationMs: 30 });
  const { body, contentType } = await metrics.render();
  expect(contentType).toContain('text/plain');
  expect(body).toContain('scholium_http_requests_total{method="GET",route="/api/jobs/:jobId",status="200"} 1');
  expect(body).toContain('scholium_http_requests_total{method="other",route="/api/jobs/:jobId",status="404"} 1');
  expect(body).toContain('scholium_http_request_duration_seconds_bucket{le="0.05",method="GET",route="/api/jobs/:jobId"} 1');
  expect(body).toContain('scholium_http_requests_total{method="GET",route="/api/jobs/:jobId/events",status="200"} 1');
  expect(body).not.toMatch(/duration_seconds_count\{.*events/);
  expect(body).toContain('scholium_build_info{version="1.2.3"} 1');
  expect(body).toContain('process_resident_memory_bytes');
});

test('the queue is shown by kind: what waits and for how long, what lies still, what failed for good', async () => {
  const none = { firstDueAt: 0, notDue: 0, leaseOver: 0 };
  const counts: JobCount[] = [
    { ...none, kind: 'transcribe', status: 'queued', count: 3, firstDueAt: 8_000, notDue: 1 },
    { ...none, kind: 'transcribe', status: 'running', count: 2, leaseOver: 1 },
    { ...none, kind: 'transcribe', status: 'failed', count: 4 },
    { ...none, kind: 'index', status: 'succeeded', count: 9 },
  ];
  const body = await rendered(async () => figuresOf(counts, 20_000));
  expect(body).toContain('scholium_jobs{kind="transcribe",status="queued"} 3');
  expect(body).toContain('scholium_queue_depth{kind="transcribe"} 3');
  expect(body).toContain('scholium_queue_delayed{kind="transcribe"} 1');
  expect(body).toContain('scholium_queue_oldest_seconds{kind="transcribe"} 12');
  expect(body).toContain('scholium_queue_stalled{kind="transcribe"} 1');
  expect(body).toContain('scholium_dead_letters{kind="transcribe"} 4');
  expect(body).toContain('scholium_queue_depth{kind="index"} 0');
  expect(body).toContain('scholium_queue_figures_available 1');
});

test('twenty scrapes at once, and the twenty after them, ask the database once', async () => {
  let asked = 0;
  const metrics = prometheusMetrics({ version: '1', jobFigures: () => (asked++, idle()) });
  const scrape = (): Promise<unknown> => Promise.all(Array.from({ length: 20 }, () => metrics.render()));
  await scrape();
  await scrape();
  expect(asked).toBe(1);
});

test('a database that is away leaves the other figures and is said to be away', async () => {
  const body = await rendered(
    async () => {
      throw new AppError('database_unavailable', 'The database is away.');
    },
    (metrics) => metrics.jobTaken({ kind: 'index', waitedMs: 12 }),
  );
  expect(body).toContain('scholium_queue_figures_available 0');
  expect(body).not.toMatch(/^scholium_queue_depth\{/m);
  expect(body).toContain('scholium_job_wait_seconds_bucket{le="0.025",kind="index"} 1');
});

test('engines report how fast they are, jobs how they ended, searches how long they took', async () => {
  const body = await rendered(idle, (metrics) => {
    metrics.transcribed({ engine: 'pocketsphinx', model: 'en-us', audioMs: 60_000, durationMs: 18_000 });
    metrics.jobFinished({ kind: 'transcribe', outcome: 'succeeded', durationMs: 18_500, errorCode: null });
    metrics.searched({ mode: 'hybrid', durationMs: 15 });
  });
  expect(body).toContain('scholium_transcription_real_time_factor_sum{engine="pocketsphinx",model="en-us"} 0.3');
  expect(body).toContain('scholium_transcribed_audio_seconds_total{engine="pocketsphinx",model="en-us"} 60');
  expect(body).toContain('scholium_jobs_finished_total{kind="transcribe",outcome="succeeded"} 1');
  expect(body).toContain('scholium_search_duration_seconds_count{mode="hybrid"} 1');
});

test('retries, dead letters, errors by code and lost workers are counted, and workers say how much they have to do', async () => {
  const body = await rendered(idle, (metrics) => {
    metrics.jobFinished({ kind: 'index', outcome: 'retried', durationMs: 5, errorCode: 'internal' });
    metrics.jobFinished({ kind: 'index', outcome: 'failed', durationMs: 5, errorCode: 'internal' });
    metrics.jobStalled({ kind: 'transcribe', silentMs: 10_400 });
    metrics.placesTaken({ lane: 'speech', taken: 2, places: 2 });
    metrics.placesTaken({ lane: 'speech', taken: 1, places: 2 });
  });
  expect(body).toContain('scholium_job_retries_total{kind="index"} 1');
  expect(body).toContain('scholium_jobs_dead_lettered_total{kind="index"} 1');
  expect(body).toContain('scholium_job_errors_total{kind="index",code="internal"} 2');
  expect(body).toContain('scholium_jobs_stalled_total{kind="transcribe"} 1');
  expect(body).toContain('scholium_job_recovery_seconds_bucket{le="12",kind="transcribe"} 1');
  expect(body).toContain('scholium_job_recovery_seconds_bucket{le="10",kind="transcribe"} 0');
  expect(body).toContain('scholium_worker_slots{lane="speech"} 2');
  expect(body).toContain('scholium_worker_slots_busy{lane="speech"} 1');
});

test('connection pools, the machine and the disk show what they have left', async () => {
  const pools = () => [{ pool: 'store', size: 20, open: 5, idle: 2, waiting: 1 }];
  const { body } = await prometheusMetrics({ version: '1', jobFigures: idle, pools, dataDir: '/' }).render();
  expect(body).toContain('scholium_database_pool_size{pool="store"} 20');
  expect(body).toContain('scholium_database_pool_connections{pool="store",state="in_use"} 3');
  expect(body).toContain('scholium_database_pool_connections{pool="store",state="idle"} 2');
  expect(body).toContain('scholium_database_pool_waiting{pool="store"} 1');
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
  expect(figure('scholium_host_memory_available_bytes')).toBeLessThan(figure('scholium_host_memory_size_bytes'));
  expect(figure('scholium_memory_limit_bytes')).toBeLessThanOrEqual(figure('scholium_host_memory_size_bytes'));
  expect(figure('scholium_data_disk_available_bytes')).toBeLessThan(figure('scholium_data_disk_size_bytes'));
  expect(body).toMatch(/^scholium_host_cpu_seconds_total\{mode="idle"\} \d/m);
});

test('a disk that is not there has no figures', async () => {
  const { body } = await prometheusMetrics({ version: '1', jobFigures: idle, dataDir: '/nowhere/at/all' }).render();
  expect(body).toMatch(/^scholium_data_disk_size_bytes nan$/im);
});

test('a label that clients choose takes only so many values', async () => {
  const body = await rendered(idle, (metrics) => {
    for (let number = 0; number < 500; number += 1)
      metrics.transcribed({ engine: 'e', model: `m${number}`, audioMs: 1_000, durationMs: 1 });
  });
  expect(body.match(/^scholium_transcribed_audio_seconds_total\{/gm)).toHaveLength(101);
  expect(body).toContain('scholium_transcribed_audio_seconds_total{engine="e",model="other"} 400');
});
