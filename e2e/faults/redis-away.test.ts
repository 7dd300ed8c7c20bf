import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import type { JobReply } from '@scholium/contract';
import { startRedis, type RedisServer } from '@scholium/server/testkit/redis-server.ts';
import { processesNaming } from '../support/processes.ts';
import { startServer, startWorker, type TestWorker } from '../support/start-server.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import { makeRecordings } from './make-recordings.ts';

const TIMEOUT_MS = 120_000;

describe('an API whose Redis does not answer', { timeout: TIMEOUT_MS }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let redis: RedisServer;
  let recording: string;
  const running: TestWorker[] = [];

  beforeEach(async () => {
    [folder, redis] = await Promise.all([makeTestFolder(), startRedis()]);
    const [made] = await makeRecordings(folder.path, 1, () => 0);
    recording = made!.path;
    await redis.stop();
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.end('SIGKILL');
    await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
    await redis.close();
    await folder.remove();
  });

  async function startApi(fallback: string): Promise<Client> {
    const api = await startServer(folder.path, { REDIS_URL: redis.url, SCHOLIUM_ROLE: 'api', QUEUE_FALLBACK: fallback });
    running.push(api);
    return api.client;
  }

  async function transcribe(client: Client): Promise<string> {
    const { lectureId } = await client.call('ingestLecture', { ...(await openUpload(recording)), fields: {} });
    const { jobId } = await client.call('transcribe', { params: { lectureId } });
    const { status, dependencies } = await client.call('getHealth', {});
    expect(status).toBe('degraded');
    expect(dependencies.find(({ name }) => name === 'queue')).toMatchObject({ status: 'down' });
    return jobId;
  }

  it('runs the jobs itself with QUEUE_FALLBACK=inline, and says so', async () => {
    const client = await startApi('inline');
    const jobId = await transcribe(client);
    expect(await ended(client, jobId)).toMatchObject({ status: 'succeeded', executedBy: 'inline', attempts: 1 });
  });

  it('keeps them with QUEUE_FALLBACK=none, and a worker runs them once Redis is back', async () => {
    const client = await startApi('none');
    const jobId = await transcribe(client);
    expect(await client.call('getJob', { params: { jobId } })).toMatchObject({ status: 'queued', executedBy: null });
    await redis.start();
    running.push(await startWorker(folder.path, { REDIS_URL: redis.url }));
    expect(await ended(client, jobId)).toMatchObject({ status: 'succeeded', executedBy: 'worker', attempts: 1 });
    const { dependencies } = await client.call('getHealth', {});
    expect(dependencies.find(({ name }) => name === 'queue')).toMatchObject({ status: 'ok' });
  });
});

function ended(client: Client, jobId: string): Promise<JobReply> {
  return waitUntil('the job has ended', async () => {
    const job = await client.call('getJob', { params: { jobId } });
    return job.finishedAt !== null && job;
  });
}
