import type { Registry } from 'prom-client';
import type { JobFigures } from '../../core/jobs/job-figures.ts';
import { recentAnswer } from './recent-answer.ts';
import { boundedLabel, gauge } from './series.ts';

/** How old the figures of the queue may be, and how long a scrape waits for new ones. */
const FRESH_MS = 5_000;
const PATIENCE_MS = 2_000;

/**
 * The queue as the database has it. Returns what brings the gauges up to date; without the database they are left out and
 * said to be missing.
 */
export function queueSeries(registry: Registry, figures: () => Promise<JobFigures>): () => Promise<void> {
  const kindOf = boundedLabel();
  const count = gauge(registry, 'scholium_jobs', 'Jobs in the database by kind and status', ['kind', 'status']);
  const byKind = {
    queued: gauge(registry, 'scholium_queue_depth', 'Jobs that wait', ['kind']),
    delayed: gauge(registry, 'scholium_queue_delayed', 'Of those that wait: to be tried again at a later time', ['kind']),
    oldest: gauge(registry, 'scholium_queue_oldest_seconds', 'For how long the job that waits longest could have been taken', [
      'kind',
    ]),
    stalled: gauge(registry, 'scholium_queue_stalled', 'Jobs whose worker was lost and that no other has taken yet', ['kind']),
    deadLetters: gauge(registry, 'scholium_dead_letters', 'Jobs that used up their tries or failed for good', ['kind']),
  };
  const known = gauge(registry, 'scholium_queue_figures_available', '0 when the database could not be asked');
  const ask = recentAnswer(figures, { freshMs: FRESH_MS, patienceMs: PATIENCE_MS });
  return async () => {
    const found = await ask();
    known.set(found ? 1 : 0); // the database's own health check says why
    for (const series of [count, ...Object.values(byKind)]) series.reset();
    for (const entry of found?.counts ?? []) count.inc({ kind: kindOf(entry.kind), status: entry.status }, entry.count);
    for (const entry of found?.kinds ?? []) {
      const labels = { kind: kindOf(entry.kind) };
      byKind.queued.inc(labels, entry.queued);
      byKind.delayed.inc(labels, entry.delayed);
      byKind.oldest.set(labels, entry.oldestQueuedMs / 1000);
      byKind.stalled.inc(labels, entry.stalled);
      byKind.deadLetters.inc(labels, entry.deadLetters);
    }
  };
}
