import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openUpload } from '@scholium/client/node';
import type { Client } from '@scholium/client';
import type { JobReply } from '@scholium/contract';
import { makeGatedEngine, type GatedEngine } from './support/gated-engine.ts';
import { shareSaid } from './support/heard-words.ts';
import { descendantsOf, listProcesses, processesNaming } from './support/processes.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, MEMORY, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** The restarted server waits until the killed one's lease has run out (7 s); the rest is speech recognition on a busy machine. */
const TIMEOUT_MS = 180_000;

/** How many utterances the engine hears before it is held. */
const PASSES = 2;

describe('a server that stops in the middle of a transcription', { timeout: TIMEOUT_MS }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let engine: GatedEngine;
  const servers: TestServer[] = [];

  beforeEach(async () => {
    folder = await makeTestFolder();
    engine = await makeGatedEngine(folder.path, PASSES);
  });
  afterEach(async () => {
    await engine.open();
    for (const server of servers.splice(0)) await server.end('SIGKILL');
    await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
    await folder.remove();
  });

  async function start(environment: Record<string, string> = {}): Promise<TestServer> {
    // Short chunks and one process: several checkpoints in 20 seconds, one of them in work at a time.
    const server = await startServer(folder.path, { TRANSCRIBE_CHUNK_SECONDS: '5', SPEECH_PROCESSES: '1', ...environment });
    servers.push(server);
    return server;
  }

  it('finishes after SIGKILL and a restart, and hears nothing twice that was done', async () => {
    const first = await start({ POCKETSPHINX_PATH: engine.program });
    const jobId = await transcribe(first.client, TIDES);
    await waitUntil('the engine is held at the next utterance', async () => (await engine.heard()).length > PASSES);
    const children = await descendantsOf(first.pid);
    expect(children.length).toBeGreaterThan(0);
    await first.end('SIGKILL');
    const before = await engine.heard();
    await engine.open();
    await waitUntil('no child of the killed server is left', async () => {
      const alive = new Set((await listProcesses()).map(({ id }) => id));
      return children.every(({ id }) => !alive.has(id));
    });

    const second = await start({ POCKETSPHINX_PATH: engine.program });
    const job = await ended(second.client, jobId);
    expect(job).toMatchObject({ status: 'succeeded', attempts: 2 });
    const after = (await engine.heard()).slice(before.length);
    // The utterance that was in work may be heard again; those that had been heard to their end may not.
    for (const done of before.slice(0, PASSES)) expect(after).not.toContain(done);
    expect(after.length).toBeGreaterThan(0);
    expect(shareSaid(await textOf(second.client))).toBeGreaterThan(0.5);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('tells load balancers first that it stops, and answers meanwhile', async () => {
    const server = await startServer(folder.path, { SHUTDOWN_DELAY_SECONDS: '2' });
    const statusOf = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
    expect(await statusOf('/health/ready')).toBe(200);
    const gone = server.end('SIGTERM');
    await expect.poll(() => statusOf('/health/ready'), { timeout: 2_000, interval: 20 }).toBe(503);
    expect(await statusOf('/health/live')).toBe(200);
    expect(await statusOf('/api/courses')).toBe(200);
    expect(await gone).toBe(0);
  });

  it('ends the work in hand within the grace time after SIGTERM, and goes with 0', async () => {
    const server = await start({ POCKETSPHINX_PATH: engine.program });
    const jobId = await transcribe(server.client, TIDES);
    await waitUntil('the engine is held', async () => (await engine.heard()).length > PASSES);
    const gone = server.end('SIGTERM');
    await waitUntil('the server says that it stops', () => /"event":"stopping"|stopping/.test(server.stdout()));
    await engine.open();
    expect(await gone).toBe(0);

    const again = await start({ POCKETSPHINX_PATH: engine.program });
    const job = await ended(again.client, jobId);
    expect(job.status).toBe('succeeded');
    expect(job.attempts).toBe(1);
  });

  it('hands back work that cannot end in the grace time, without counting it as a try', async () => {
    const server = await start({ POCKETSPHINX_PATH: engine.program });
    const jobId = await transcribe(server.client, TIDES);
    await waitUntil('the engine is held', async () => (await engine.heard()).length > PASSES);
    expect(await server.end('SIGTERM')).toBe(0);
    await waitUntil('its engine is gone', async () => (await processesNaming(folder.path)).length === 0, 5000);
    await engine.open();

    const again = await start({ POCKETSPHINX_PATH: engine.program });
    const job = await ended(again.client, jobId);
    expect(job).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(job.transitions.map(({ status }) => status)).toEqual(['queued', 'running', 'queued', 'running', 'succeeded']);
  });

  it('a cancelled transcription ends its engine within a second or so', async () => {
    const server = await start();
    const jobId = await transcribe(server.client, MEMORY);
    await waitUntil(
      'the engine is at work',
      async () => (await server.client.call('getJob', { params: { jobId } })).progress > 0,
    );
    expect((await descendantsOf(server.pid)).some(({ command }) => command.includes('pocketsphinx'))).toBe(true);
    await server.client.call('cancelJob', { params: { jobId } });
    // A second, and what a busy test machine adds to it. The job ends when its handler has put everything away.
    const job = await ended(server.client, jobId, 2500);
    expect(job).toMatchObject({ status: 'cancelled', error: null });
    const left = (await descendantsOf(server.pid)).map(({ command }) => command);
    expect(left.filter((command) => /pocketsphinx|ffmpeg|vad-process/.test(command))).toEqual([]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('scholium-speech-'))).toEqual([]);
  });
});

async function transcribe(client: Client, file: string): Promise<string> {
  const { lectureId } = await client.call('ingestLecture', { ...(await openUpload(file)), fields: { lecture_id: 'lecture' } });
  return (await client.call('transcribe', { params: { lectureId } })).jobId;
}

async function ended(client: Client, jobId: string, withinMs = 120_000): Promise<JobReply> {
  return waitUntil(
    'the job has ended',
    async () => {
      const job = await client.call('getJob', { params: { jobId } });
      return job.finishedAt !== null && job;
    },
    withinMs,
  );
}

async function textOf(client: Client): Promise<string> {
  const { segments } = await client.call('getTranscript', { params: { lectureId: 'lecture' } });
  return segments.map(({ text }) => text).join(' ');
}
