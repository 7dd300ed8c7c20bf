import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { figuresOf } from '../../core/jobs/job-figures.ts';
import { prometheusMetrics } from './prometheus-metrics.ts';

interface Series {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
}

let body: string;
/** Everything that can be reported has been reported once, so that every label is shown. */
beforeAll(async () => {
  const counts = (['queued', 'running', 'failed'] as const).map((status) => ({
    kind: 'transcribe',
    status,
    count: 1,
    firstDueAt: 0,
    notDue: 0,
    leaseOver: 0,
  }));
  const metrics = prometheusMetrics({
    version: '1.2.3',
    jobFigures: async () => figuresOf(counts, 1_000),
    pools: () => [{ pool: 'store', size: 4, open: 2, idle: 1, waiting: 0 }],
    dataDir: '/',
  });
  metrics.requestFinished({ method: 'GET', route: '/health', status: 200, durationMs: 1 });
  metrics.jobTaken({ kind: 'transcribe', waitedMs: 1 });
  metrics.jobStalled({ kind: 'transcribe', silentMs: 1 });
  metrics.jobFinished({ kind: 'transcribe', outcome: 'retried', durationMs: 1, errorCode: 'internal' });
  metrics.jobFinished({ kind: 'transcribe', outcome: 'failed', durationMs: 1, errorCode: 'internal' });
  metrics.placesTaken({ lane: 'speech', taken: 0, places: 1 });
  metrics.modelLoaded({ engine: 'pocketsphinx', model: 'en-us', durationMs: 900 });
  metrics.transcribed({ engine: 'pocketsphinx', model: 'en-us', audioMs: 1_000, durationMs: 100 });
  metrics.modelUsed({ engine: 'openai', model: 'm', purpose: 'notes', inputTokens: 5, outputTokens: 2, costUsd: 0.01 });
  metrics.searched({ mode: 'hybrid', durationMs: 1 });
  body = (await metrics.render()).body;
});

test('docs/metrics.md lists exactly the series that are shown, with their type and labels', () => {
  const byName = (a: Series, b: Series): number => a.name.localeCompare(b.name);
  const shown = [...body.matchAll(/^# TYPE (scholium_\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
    return { name, type, labels: labelsOf(name) };
  });
  const doc = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const listed = [...doc.matchAll(/^\| `(scholium_\w+)` \| (\w+) \|([^|]*)\| \S.*\|$/gm)].map(
    ([, name = '', type = '', labels = '']) => {
      const names = [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label);
      return { name, type, labels: names.sort().join(',') };
    },
  );
  expect(shown.length).toBeGreaterThan(30);
  expect(listed.sort(byName)).toEqual(shown.sort(byName));
});

test('all other series are those of Node and its process', () => {
  const others = [...body.matchAll(/^# TYPE (?!scholium_)(\S+)/gm)].map(([, name]) => name);
  expect(others.filter((name) => !/^(?:process|nodejs)_/.test(name ?? ''))).toEqual([]);
});

test("Prometheus' own check finds nothing to say", () => {
  // Its words come with the error when it does; without the program (apt-get install prometheus) the test fails too.
  expect(execFileSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8', stdio: 'pipe' })).toBe('');
});

/** The labels that samples of a series carry, but for the limits of a histogram. */
function labelsOf(name: string): string {
  const samples = [...body.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} \\S+$`, 'gm'))];
  const labels = samples.flatMap(([, text = '']) => [...text.matchAll(/(\w+)="/g)].map(([, label]) => label ?? ''));
  return [...new Set(labels)]
    .filter((label) => label !== 'le')
    .sort()
    .join(',');
}
