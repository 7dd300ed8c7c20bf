import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import { loadConfig } from '@scholium/server/config.ts';
import type { BenchTable } from '../bench-table.ts';
import { residentMiB } from '../process-figures.ts';
import { repeatSample } from '../repeat-sample.ts';

const SERVER = fileURLToPath(new URL('./replay-server.child.ts', import.meta.url));
const SHORT_SECONDS = 600;
const LONG_SECONDS = 3 * 3600;

/**
 * Most memory the server process holds at a time for a recording of three hours, against one of ten minutes: upload over
 * HTTP, transcript, index with vectors. The engine replays at 200 x real time; it and ffmpeg are no part of the process.
 */
export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-memory-bench-'));
  try {
    const short = await measure(folder, SHORT_SECONDS);
    const long = await measure(folder, LONG_SECONDS);
    const ratio = long.peakMiB / short.peakMiB;
    return {
      name: 'Memory of the server process',
      rows: [
        { what: 'after the start', value: short.startMiB, unit: 'MiB' },
        { what: 'most, 10 minutes: until transcribed', value: short.transcribedMiB, unit: 'MiB' },
        { what: 'most, 10 minutes: until indexed', value: short.peakMiB, unit: 'MiB' },
        { what: 'most, 3 hours: until transcribed', value: long.transcribedMiB, unit: 'MiB' },
        { what: 'most, 3 hours: until indexed', value: long.peakMiB, unit: 'MiB' },
        { what: '3 hours / 10 minutes', value: ratio, unit: '', goal: '<= 1.2', ok: ratio <= 1.2 },
        { what: 'time for 3 hours', value: long.seconds, unit: 's' },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly startMiB: number;
  readonly transcribedMiB: number;
  readonly peakMiB: number;
  readonly seconds: number;
}

/** A server of its own for each recording: memory that one has taken is never given back. */
async function measure(folder: string, seconds: number): Promise<Measured> {
  const file = join(folder, `${seconds}.opus`);
  await repeatSample(loadConfig(), seconds, file);
  const dataDir = join(folder, `data-${seconds}`);
  const server = fork(SERVER, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'silent', AUDIO_MAX_FILE_SIZE: '2GiB' },
  });
  const pid = server.pid;
  if (pid === undefined) throw new Error('The server could not be started.');
  try {
    const client = createClient({ baseUrl: await addressOf(server) });
    const startMiB = residentMiB(pid, 'VmRSS');
    const startedAt = performance.now();
    const { lectureId } = await client.call('ingestLecture', await openUpload(file));
    const { jobId } = await client.call('transcribe', { params: { lectureId } });
    await succeed(client, jobId);
    const transcribedMiB = residentMiB(pid, 'VmHWM');
    const { jobs } = await client.call('listJobs', { query: { limit: 100 } });
    const followUps = jobs.filter((job) => job.parentJobId === jobId);
    if (followUps.length === 0) throw new Error('Nothing was indexed.');
    for (const job of followUps) await succeed(client, job.jobId);
    return { startMiB, transcribedMiB, peakMiB: residentMiB(pid, 'VmHWM'), seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await stop(server);
  }
}

async function addressOf(server: ChildProcess): Promise<string> {
  const ended = new AbortController();
  server.once('exit', () => ended.abort(new Error('The server ended at its start.')));
  const [url] = (await once(server, 'message', { signal: ended.signal })) as [unknown];
  if (typeof url !== 'string') throw new Error('The server has no address.');
  return url;
}

async function succeed(client: Client, jobId: string): Promise<void> {
  const events = client.events(jobId)[Symbol.asyncIterator]();
  while (!(await events.next()).done); // they end with the job
  const job = await client.call('getJob', { params: { jobId } });
  if (job.status !== 'succeeded') throw new Error(`${job.kind} ended as ${job.status}: ${job.error?.detail ?? 'no reason'}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  const force = setTimeout(() => server.kill('SIGKILL'), 15_000);
  if (server.connected) server.send('close');
  await exited;
  clearTimeout(force);
}
