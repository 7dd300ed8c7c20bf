import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import { startPostgres } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis } from '@scholium/server/testkit/redis-server.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { median } from '../process-figures.ts';
import { sampleFile } from '../quality/sentences.ts';
import { inFolder, startScholium, type ScholiumProcess } from '../scholium-process.ts';

const RUNS = { full: 5, short: 1 };
const GOAL_SECONDS = 15;
const GIVE_UP_MS = 60_000;

/**
 * How long a job lies still when the worker that transcribes is killed: from SIGKILL, when some chunks are stored, to its
 * claim by the other worker. The lease is 7 s, prolonged every half second.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const runs = short ? RUNS.short : RUNS.full;
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    const rows: BenchTable['rows'] = [];
    const modes = [
      { name: 'one folder, SQLite', settings: async () => ({}) },
      { name: 'PostgreSQL', settings: async () => ({ DATABASE_URL: await postgres.freshDatabase() }) },
      {
        name: 'PostgreSQL and Redis',
        settings: async () => ({ DATABASE_URL: await postgres.freshDatabase(), REDIS_URL: redis.url }),
      },
    ];
    for (const { name, settings } of modes) {
      const seconds: number[] = [];
      for (let number = 0; number < runs; number++) {
        const environment = { ...(await settings()), SPEECH_PROCESSES: '1', SPEECH_JOBS: '1', TRANSCRIBE_HELPERS: '0' };
        seconds.push(await inFolder((folder) => killOnce(folder, environment)));
      }
      const most = Math.max(...seconds);
      rows.push({ what: `${name}: median of ${runs}`, value: median(seconds), unit: 's' });
      rows.push({ what: `${name}: longest`, value: most, unit: 's', goal: `< ${GOAL_SECONDS} s`, ok: most < GOAL_SECONDS });
    }
    return { name: 'A job whose worker is killed, until another has it', rows };
  } finally {
    await Promise.all([postgres.close(), redis.close()]);
  }
}

async function killOnce(folder: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const started: ScholiumProcess[] = [];
  try {
    const api = await startScholium(['serve', '--role', 'api', '--port', '0'], { folder, environment });
    started.push(api);
    for (let number = 0; number < 2; number++) started.push(await startScholium(['worker'], { folder, environment }));
    const { client } = api;
    const { lectureId } = await client.call('ingestLecture', await openUpload(sampleFile('how-memory-works.opus')));
    const { jobId } = await client.call('transcribe', { params: { lectureId } });
    const owner = await ownerAtWork(client, jobId);
    const victim = started.find(({ pid }) => owner.split(':').includes(String(pid)));
    if (!victim) throw new Error(`The worker ${owner} is none of ours.`);
    const killedAt = Date.now();
    await victim.end('SIGKILL');
    return ((await claimedAgainAt(client, jobId)) - killedAt) / 1000;
  } finally {
    for (const each of started.reverse()) await each.end('SIGKILL');
  }
}

/** The worker of the job, as soon as some of the recording is done. */
async function ownerAtWork(client: Client, jobId: string): Promise<string> {
  return poll('the job is in the middle', async () => {
    const { running } = await client.call('getQueue', {});
    const job = running.find((one) => one.jobId === jobId);
    return job && job.progress > 0.1 && job.workerId ? job.workerId : null;
  });
}

async function claimedAgainAt(client: Client, jobId: string): Promise<number> {
  return poll('another worker has the job', async () => {
    const { attempts, transitions } = await client.call('getJob', { params: { jobId } });
    const last = transitions.findLast(({ status }) => status === 'running');
    return attempts > 1 && last ? Date.parse(last.at) : null;
  });
}

async function poll<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUpAt) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(50);
  }
  throw new Error(`Waited ${GIVE_UP_MS / 1000} s in vain until ${what}.`);
}
