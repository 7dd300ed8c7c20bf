import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis } from '@scholium/server/testkit/redis-server.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { inFolder } from '../scholium-process.ts';
import { measureCrowded, type Crowded } from './crowded-queue.ts';
import { measurePickUp, type PickUpTerms } from './pick-up.ts';

const FULL = { pickUps: 100, calls: 200, jobs: 10_000 };
const SHORT = { pickUps: 10, calls: 20, jobs: 500 };
const ANSWER_GOAL_MS = 20;

/**
 * How soon a job is taken by a worker with nothing to do, in each mode, and whether very many waiting jobs slow down
 * asking for more and listing them. All through the API of real processes.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const sizes = short ? SHORT : FULL;
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    const rows: BenchTable['rows'] = [];
    for (const { name, goalMs, separate, environment } of await modesOf(postgres, redis.url)) {
      const found = await inFolder((folder) => measurePickUp(folder, { environment, separate, count: sizes.pickUps }));
      const what = `picked up, ${name}`;
      rows.push({ what: `${what}, p50`, value: found.p50, unit: 'ms' });
      rows.push({ what: `${what}, p95`, value: found.p95, unit: 'ms', ...below(goalMs, found.p95) });
    }
    for (const [name, url] of [
      ['SQLite', ''],
      ['PostgreSQL', await postgres.freshDatabase()],
    ] as const) {
      const found = await inFolder((folder) => measureCrowded(folder, url, sizes));
      rows.push(...crowdedRows(name, sizes.jobs, found));
    }
    return { name: 'The queue', rows };
  } finally {
    await Promise.all([postgres.close(), redis.close()]);
  }
}

interface Mode extends Pick<PickUpTerms, 'environment' | 'separate'> {
  readonly name: string;
  readonly goalMs: number;
}

async function modesOf(postgres: PostgresServer, redisUrl: string): Promise<readonly Mode[]> {
  return [
    { name: 'embedded', goalMs: 100, separate: false, environment: {} },
    { name: 'PostgreSQL', goalMs: 50, separate: true, environment: { DATABASE_URL: await postgres.freshDatabase() } },
    {
      name: 'PostgreSQL and Redis',
      goalMs: 50,
      separate: true,
      environment: { DATABASE_URL: await postgres.freshDatabase(), REDIS_URL: redisUrl },
    },
  ];
}

function crowdedRows(name: string, jobs: number, { empty, crowded }: { empty: Crowded; crowded: Crowded }): BenchTable['rows'] {
  return (['enqueue', 'list'] as const).flatMap((call) => {
    const what = `${name}, ${call === 'enqueue' ? 'asking for a job' : 'listing 50 that wait'}`;
    const value = crowded[call].p95;
    return [
      { what: `${what}, empty queue, p50`, value: empty[call].p50, unit: 'ms' },
      { what: `${what}, empty queue, p95`, value: empty[call].p95, unit: 'ms' },
      { what: `${what}, ${jobs} waiting, p50`, value: crowded[call].p50, unit: 'ms' },
      { what: `${what}, ${jobs} waiting, p95`, value, unit: 'ms', ...below(ANSWER_GOAL_MS, value) },
    ];
  });
}

function below(limitMs: number, value: number): { goal: string; ok: boolean } {
  return { goal: `< ${limitMs} ms`, ok: value < limitMs };
}
