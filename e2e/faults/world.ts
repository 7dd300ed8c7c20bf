import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@scholium/client';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis, type RedisServer } from '@scholium/server/testkit/redis-server.ts';
import { startServer, startWorker, type TestServer, type TestWorker } from '../support/start-server.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { openDatabase, type Database } from './database.ts';
import { fillDisk } from './kinds/fill-disk.ts';
import { seededRandom } from './seeded-random.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { supervise, type Supervised, type Watch } from './supervised.ts';
import { newTally, type Tally } from './tally.ts';
import { startWatchdog } from './watchdog.ts';

/** An installation of real processes that things happen to: one API, two workers, PostgreSQL, Redis and a disk of their own. */
export interface World {
  readonly random: () => number;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Null where none can be mounted. */
  readonly disk: SmallDisk | null;
  readonly database: Database;
  readonly api: Supervised<TestServer>;
  readonly workers: readonly Supervised<TestWorker>[];
  readonly tally: Tally;
  /** Where the processes keep recordings and scratch files. */
  readonly folder: string;
  /** Workers that stand still. */
  readonly paused: Set<Supervised<TestWorker>>;
  /** Requests that carry a recording and have no answer yet. */
  readonly uploads: Set<object>;
  /** Speaks to the API that runs now. @throws Error while none does */
  client(): Client;
  /** SIGKILL to a worker; what it had in hand is written down. */
  killWorker(worker: Supervised<TestWorker>): Promise<void>;
  close(): Promise<void>;
}

const DISK_MEGABYTES = 96;

export async function startWorld(seed: number): Promise<World> {
  const closing = new AsyncDisposableStack();
  try {
    return await buildWorld(seed, closing);
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function buildWorld(seed: number, closing: AsyncDisposableStack): Promise<World> {
  const temporary = await makeTestFolder();
  closing.defer(temporary.remove);
  const watchdog = startWatchdog(temporary.path);
  closing.defer(watchdog.dismiss);
  const mounted = await mountSmallDisk(temporary.path, DISK_MEGABYTES);
  const disk = typeof mounted === 'string' ? null : mounted;
  if (disk) closing.defer(disk.remove);
  const postgres = await startPostgres();
  closing.defer(postgres.close);
  const redis = await startRedis();
  closing.defer(redis.close);
  const folder = join(disk?.path ?? temporary.path, 'scholium');
  await mkdir(folder);
  const databaseUrl = await postgres.freshDatabase();
  const tally = newTally();
  if (typeof mounted === 'string') tally.skipped.set(fillDisk.name, mounted);
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, SPEECH_PROCESSES: '1', SPEECH_JOBS: '1' };
  const watch: Watch = {
    onCrash: (name, stderr) => void tally.crashes.push(`${name}: ${stderr.slice(-2000)}`),
    onOrphans: (children) => void tally.children.push(...children),
    onStart: (lines) => void tally.logs.push(lines),
  };
  const [api, workers] = await startProcesses(folder, environment, watch, closing);
  const database = openDatabase(databaseUrl);

  return {
    random: seededRandom(seed),
    postgres,
    redis,
    disk,
    database,
    api,
    workers,
    tally,
    folder,
    paused: new Set(),
    uploads: new Set(),
    client() {
      const server = api.current();
      if (!server) throw new Error('The API is being started.');
      return createClient({ baseUrl: server.url });
    },
    async killWorker(worker) {
      const killed = await worker.kill();
      if (!killed) return;
      const killedAt = Date.now();
      const held = await database.heldBy(`${hostname()}:${killed.pid}:`).catch(() => []); // the database is away too: not measured
      tally.interrupted.push(...held.map((job) => ({ ...job, killedAt })));
    },
    close: () => closing.disposeAsync(),
  };
}

/** All at once: they begin with an empty database, which is migrated once. */
async function startProcesses(
  folder: string,
  environment: Record<string, string>,
  watch: Watch,
  closing: AsyncDisposableStack,
): Promise<[World['api'], World['workers']]> {
  async function keep<P extends TestWorker>(name: string, start: () => Promise<P>): Promise<Supervised<P>> {
    const kept = await supervise(name, start, watch);
    closing.defer(() => kept.end('SIGKILL'));
    return kept;
  }
  const api = keep('api', () => startServer(folder, { ...environment, SCHOLIUM_ROLE: 'api' }));
  const workers = ['worker 1', 'worker 2'].map((name) => keep(name, () => startWorker(folder, environment)));
  // When one of them cannot be started, the others are known all the same, and ended.
  await Promise.allSettled([api, ...workers]);
  return [await api, await Promise.all(workers)];
}
