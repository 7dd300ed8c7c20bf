import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobReply } from '@scholium/contract';
import { runScholium } from './support/run-scholium.ts';
import { openRunbook, type Runbook } from './support/runbook.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, MEMORY, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** The commands are run as they stand on the page, in one shell after another that keeps `JOB`. */
describe('docs/runbooks/dead-letter-queue.md', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;
  let engine: string;
  let runbook: Runbook;

  beforeAll(async () => {
    folder = await makeTestFolder();
    engine = join(folder.path, 'engine.sh');
    server = await startServer(folder.path, { POCKETSPHINX_PATH: engine, TRANSCRIPTION_ENGINE: 'pocketsphinx' });
    runbook = await openRunbook('dead-letter-queue.md', { folder: folder.path, environment: { SCHOLIUM_URL: server.url } });
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  async function ended(jobId: string): Promise<JobReply> {
    return waitUntil(`job ${jobId} has ended`, async () => {
      const job = await server.client.call('getJob', { params: { jobId } });
      return job.finishedAt !== null && job;
    });
  }

  async function ask(lectureId: string, path = TIDES): Promise<string> {
    const file = new Blob([await readFile(path)]);
    await server.client.call('ingestLecture', { file, fileName: 'tides.opus', fields: { lecture_id: lectureId } });
    return (await server.client.call('transcribe', { params: { lectureId } })).jobId;
  }

  it('leads from the first sign to the last dead letter', async () => {
    const [one, two] = [await ask('one'), await ask('two')];
    for (const id of [one, two])
      expect(await ended(id)).toMatchObject({ status: 'failed', error: { code: 'engine_unavailable' } });
    expect(runbook.left()).toBe(6);

    expect(await runbook.runNext()).toMatch(/transcribe .*2.*Dead letters: 2/s);
    expect(await runbook.runNext()).toMatch(new RegExp(`${two}.*engine_unavailable.*${one}.*engine_unavailable`, 's'));
    const shown = await runbook.runNext();
    expect(shown).toMatch(new RegExp(`Job +${two}`));
    expect(shown).toMatch(/Cause\n.*engine_unavailable.*\n +at /);

    await writeFile(engine, '#!/bin/sh\nexec pocketsphinx_batch "$@"\n');
    await chmod(engine, 0o755);
    expect(await runbook.runNext({ JOB: two })).toMatch(new RegExp(`${two} waits to be run again`));
    expect(await ended(two)).toMatchObject({ status: 'succeeded' });
    expect(await runbook.runNext()).toMatch(/1 job is waiting to be run again/);
    expect(await ended(one)).toMatchObject({ status: 'succeeded' });
    expect((await server.client.call('getTranscript', { params: { lectureId: 'one' } })).segments.length).toBeGreaterThan(0);

    await rm(engine);
    // Another sound: what is known of the first needs no engine.
    expect(await ended(await ask('three', MEMORY))).toMatchObject({ status: 'failed' });
    const dropped = await runbook.runNext();
    expect(dropped).toMatch(/three/);
    expect(dropped).toMatch(/1 job is forgotten/);
    expect((await server.client.call('listDeadLetters')).deadLetters).toEqual([]);
    expect(await server.client.call('getLecture', { params: { lectureId: 'three' } })).toMatchObject({ id: 'three' });
  });

  it('is backed by commands that end with the codes of docs/cli.md', async () => {
    const given = { folder: folder.path, environment: { SCHOLIUM_URL: server.url } };
    const ends = async (...args: string[]) => {
      const { code, stdout } = await runScholium([...args, '--json'], given);
      return { code, json: JSON.parse(stdout) as unknown };
    };
    expect(await ends('dead-letters')).toEqual({ code: 0, json: { deadLetters: [], nextCursor: null } });
    expect(await ends('dead-letters', 'show', 'job_none')).toMatchObject({ code: 4, json: { error: { code: 'job_not_found' } } });
    expect(await ends('dead-letters', 'replay')).toMatchObject({ code: 2, json: { error: { code: 'invalid_request' } } });
    expect(await ends('dead-letters', 'replay', 'job_none', '--all')).toMatchObject({ code: 2 });
    expect(await ends('dead-letters', 'replay', '--all')).toEqual({ code: 0, json: { replayed: 0, skipped: 0 } });
    expect(await ends('dead-letters', 'drop', 'job_none')).toMatchObject({ code: 4 });
    // Nobody sits at this terminal.
    expect(await ends('dead-letters', 'drop', '--all')).toMatchObject({ code: 2, json: { error: { detail: /--yes/ } } });
    expect(await ends('dead-letters', 'drop', '--all', '--yes')).toEqual({ code: 0, json: { dropped: 0 } });
    expect(await ends('queue')).toMatchObject({ code: 0, json: { deadLetters: 0, oldestQueuedMs: 0 } });
    expect(await ends('queue', 'active')).toEqual({ code: 0, json: { running: [] } });
    expect(await ends('retention', '--dry-run')).toMatchObject({ code: 0, json: { dryRun: true, trashed: { count: 0 } } });
  });
});
