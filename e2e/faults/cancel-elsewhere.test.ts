import { afterEach, beforeEach, expect, it } from 'vitest';
import { openUpload } from '@scholium/client/node';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis, type RedisServer } from '@scholium/server/testkit/redis-server.ts';
import { descendantsOf, processesNaming } from '../support/processes.ts';
import { startServer, startWorker, type TestServer, type TestWorker } from '../support/start-server.ts';
import { makeTestFolder, MEMORY } from '../support/test-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The goal is a second; what a busy test machine adds to it is not the product's. */
const LIMIT_MS = 3_000;
const TIMEOUT_MS = 120_000;

let folder: Awaited<ReturnType<typeof makeTestFolder>>;
let postgres: PostgresServer;
let redis: RedisServer;
const running: TestWorker[] = [];

beforeEach(async () => {
  [folder, postgres, redis] = await Promise.all([makeTestFolder(), startPostgres(), startRedis()]);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.end('SIGKILL');
  await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
  await Promise.all([postgres.close(), redis.close(), folder.remove()]);
});

async function startBoth(more: Record<string, string>): Promise<[TestServer, TestWorker]> {
  const environment = { DATABASE_URL: await postgres.freshDatabase(), SPEECH_PROCESSES: '2', ...more };
  const both = await Promise.all([
    startServer(folder.path, { ...environment, SCHOLIUM_ROLE: 'api' }),
    startWorker(folder.path, environment),
  ]);
  running.push(...both);
  return both;
}

it.each(['with', 'without'])(
  'a cancel over the API ends the engine processes of a worker elsewhere within a second, %s Redis',
  async (how) => {
    const [api, worker] = await startBoth(how === 'with' ? { REDIS_URL: redis.url } : {});
    const atWork = async (): Promise<string[]> =>
      (await descendantsOf(worker.pid))
        .map(({ command }) => command)
        .filter((command) => /pocketsphinx|ffmpeg|vad-process/.test(command));
    const { lectureId } = await api.client.call('ingestLecture', { ...(await openUpload(MEMORY)), fields: {} });
    const { jobId } = await api.client.call('transcribe', { params: { lectureId } });
    await waitUntil('the engine is at work', async () => {
      const { progress } = await api.client.call('getJob', { params: { jobId } });
      return progress > 0 && (await atWork()).some((command) => command.includes('pocketsphinx'));
    });

    const askedAt = performance.now();
    await api.client.call('cancelJob', { params: { jobId } });
    while ((await atWork()).length > 0) expect(performance.now() - askedAt).toBeLessThan(LIMIT_MS);
    const tookMs = performance.now() - askedAt;
    process.stdout.write(`  cancel to the last engine process gone, ${how} Redis: ${Math.round(tookMs)} ms\n`);
    expect(tookMs).toBeLessThan(LIMIT_MS);
    await waitUntil('the job is cancelled', async () => {
      const { status } = await api.client.call('getJob', { params: { jobId } });
      return status === 'cancelled';
    });
  },
  TIMEOUT_MS,
);
