import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import type { JobReply } from '@scholium/contract';
import { processesNaming } from '../support/processes.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import { makeRecordings, type Recording } from './make-recordings.ts';
import { seededRandom } from './seeded-random.ts';

/** Five tries, with waits of up to 2, 4, 8 and 16 s between them. */
const TRIES = 5;
const TIMEOUT_MS = 180_000;

let folder: Awaited<ReturnType<typeof makeTestFolder>>;
let server: TestServer;
let crashes: string;

beforeEach(async () => {
  folder = await makeTestFolder();
  const program = join(folder.path, 'engine.sh');
  crashes = join(folder.path, 'crashes');
  await writeFile(crashes, '');
  await writeFile(program, engineScript(join(folder.path, 'poison'), crashes));
  await chmod(program, 0o755);
  server = await startServer(folder.path, { POCKETSPHINX_PATH: program, SPEECH_PROCESSES: '1', SPEECH_JOBS: '1' });
});
afterEach(async () => {
  await server.end('SIGKILL');
  await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
  await folder.remove();
});

it(
  'a recording that crashes the engine is a dead letter after its tries, and those that came after it are transcribed',
  async () => {
    const { client } = server;
    const crashCount = async (): Promise<number> => (await readFile(crashes, 'utf8')).length;
    const [poison, ...others] = await makeRecordings(folder.path, 3, seededRandom(7));
    const dead = await transcribe(client, poison!);
    await waitUntil('the engine has crashed', async () => (await crashCount()) > 0);
    for (const other of others) {
      expect(await ended(client, await transcribe(client, other))).toMatchObject({ status: 'succeeded', attempts: 1 });
    }
    expect(await ended(client, dead)).toMatchObject({ status: 'failed', attempts: TRIES, error: { code: 'engine_failed' } });
    expect(await crashCount()).toBe(TRIES);
    const letter = await client.call('getDeadLetter', { params: { jobId: dead } });
    expect(letter.cause).toContain('PocketSphinx stopped while it was listening');
  },
  TIMEOUT_MS,
);

async function transcribe(client: Client, { path }: Recording): Promise<string> {
  const { lectureId } = await client.call('ingestLecture', { ...(await openUpload(path)), fields: {} });
  return (await client.call('transcribe', { params: { lectureId } })).jobId;
}

function ended(client: Client, jobId: string): Promise<JobReply> {
  return waitUntil(
    'the job has ended',
    async () => {
      const job = await client.call('getJob', { params: { jobId } });
      return job.finishedAt !== null && job;
    },
    TIMEOUT_MS,
  );
}

/** The real engine, but for the first sound it is ever given: that one kills it, whenever it is heard again. */
function engineScript(poison: string, log: string): string {
  return `#!/bin/sh
previous=
for argument in "$@"; do
  if [ "$previous" = -cepdir ]; then sounds=$argument; fi
  previous=$argument
done
while read -r name rest; do
  sum=$(sha256sum < "$sounds/$name.raw")
  [ -e '${poison}' ] || echo "$sum" > '${poison}'
  if [ "$sum" = "$(cat '${poison}')" ]; then
    printf x >> '${log}'
    kill -KILL 0
  fi
  echo "$name $rest"
done | exec pocketsphinx_batch "$@"
`;
}
