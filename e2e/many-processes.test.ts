import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import type { JobReply } from '@scholium/contract';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis, type RedisServer } from '@scholium/server/testkit/redis-server.ts';
import { startS3Server, type S3Server } from '@scholium/server/testkit/s3-server.ts';
import { shareSaid } from './support/heard-words.ts';
import { processesNaming } from './support/processes.ts';
import { startServer, startWorker, type TestServer, type TestWorker } from './support/start-server.ts';
import { makeTestFolder, MEMORY, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** Three minutes of speech on a machine that runs other tests too. */
const TIMEOUT_MS = 240_000;

describe('an API and two workers on PostgreSQL, Redis and a bucket', { timeout: TIMEOUT_MS }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let postgres: PostgresServer;
  let redis: RedisServer;
  let s3: S3Server;
  let environment: Record<string, string>;
  let api: TestServer;
  let workers: TestWorker[];

  beforeEach(async () => {
    [folder, postgres, redis, s3] = await Promise.all([makeTestFolder(), startPostgres(), startRedis(), startS3Server()]);
    environment = {
      DATABASE_URL: await postgres.freshDatabase(),
      REDIS_URL: redis.url,
      STORAGE_MODE: 's3',
      S3_BUCKET: s3.bucket,
      S3_ENDPOINT_URL: s3.endpoint,
      S3_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: s3.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.keys.secretAccessKey,
      SPEECH_PROCESSES: '1',
      SPEECH_JOBS: '1',
      TRANSCRIBE_HELPERS: '1',
    };
    // All three begin with an empty database: it is migrated once.
    [api, ...workers] = await Promise.all([
      startServer(folder.path, { ...environment, SCHOLIUM_ROLE: 'api' }),
      startWorker(folder.path, environment),
      startWorker(folder.path, environment),
    ]);
  });
  afterEach(async () => {
    for (const each of [...workers, api]) await each.end('SIGKILL');
    await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
    await Promise.all([postgres.close(), redis.close(), s3.close(), folder.remove()]);
  });

  it('share a long recording, and the API shows its text as both make it', async () => {
    const { jobId, audioPath } = await transcribe(api.client, MEMORY);
    expect(audioPath).toMatch(/^s3:\/\/recordings\//);
    const job = await ended(api.client, jobId);
    expect(job).toMatchObject({ status: 'succeeded', attempts: 1, executedBy: 'worker' });
    const { jobs } = await api.client.call('listJobs', { query: { kind: 'transcribe-help' } });
    expect(jobs).toHaveLength(1);
    const helper = await ended(api.client, jobs[0]!.jobId);
    expect(helper.status).toBe('succeeded');
    expect((helper.result as { chunks: number }).chunks).toBeGreaterThan(1);
    // Whole, from the first words to the last, each once.
    const { segments } = await api.client.call('getTranscript', { params: { lectureId: 'lecture' } });
    const words = segments.flatMap((segment) => segment.words);
    expect(words.length).toBeGreaterThan(450);
    expect(words.length).toBeLessThan(560);
    expect(words.at(-1)!.endMs).toBeGreaterThan(220_000);
    for (const [i, word] of words.entries()) if (i > 0) expect(word.startMs).toBeGreaterThanOrEqual(words[i - 1]!.startMs);
  });

  it('take requests while Redis is away, say so, and go on when it is back', async () => {
    await redis.stop();
    const { jobId } = await transcribe(api.client, TIDES);
    const health = await waitUntil('health says that the queue is away', async () => {
      const found = await api.client.call('getHealth', {});
      return found.dependencies.some(({ name, status }) => name === 'queue' && status === 'down') && found;
    });
    expect(health.status).toBe('degraded');
    await redis.start();
    expect((await ended(api.client, jobId)).status).toBe('succeeded');
  });

  it('lose nothing when a worker is killed and the database restarts in the middle', async () => {
    const { jobId } = await transcribe(api.client, TIDES);
    const running = await waitUntil('a worker has it', async () => {
      const job = await api.client.call('getJob', { params: { jobId } });
      return job.status === 'running' && job;
    });
    expect(running.attempts).toBe(1);
    await workers[0]!.end('SIGKILL');
    await postgres.stop('crash');
    await postgres.start();
    const job = await ended(api.client, jobId);
    expect(job.status).toBe('succeeded');
    expect(shareSaid(await textOf(api.client))).toBeGreaterThan(0.5);
    expect((await (await fetch(`${api.url}/health/ready`)).json()) as { status: string }).toMatchObject({ status: 'ok' });
  });
});

async function transcribe(client: Client, file: string): Promise<{ jobId: string; audioPath: string }> {
  const fields = { lecture_id: 'lecture' };
  const { lectureId, audioPath } = await client.call('ingestLecture', { ...(await openUpload(file)), fields });
  return { jobId: (await client.call('transcribe', { params: { lectureId } })).jobId, audioPath };
}

/** Calls fail while the database is away: asked again then. */
async function ended(client: Client, jobId: string): Promise<JobReply> {
  return waitUntil(
    'the job has ended',
    async () => {
      const job = await client.call('getJob', { params: { jobId } }).catch(() => null);
      return job !== null && job.finishedAt !== null && job;
    },
    TIMEOUT_MS,
  );
}

async function textOf(client: Client): Promise<string> {
  const { segments } = await client.call('getTranscript', { params: { lectureId: 'lecture' } });
  return segments.map(({ text }) => text).join(' ');
}
