import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runScholium } from './support/run-scholium.ts';
import { openRunbook } from './support/runbook.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const CAPTIONS = 'WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nThe moon raises the tides of the sea.\n';

let folder: Awaited<ReturnType<typeof makeTestFolder>>;
let server: TestServer | null;
beforeEach(async () => {
  folder = await makeTestFolder();
  server = null;
});
afterEach(async () => {
  await server?.end('SIGKILL');
  await folder.remove();
});

const environment = (): Record<string, string> => ({ BACKUP: join(folder.path, 'backup'), DATA_DIR: join(folder.path, 'data') });

/** A recording with its transcript: rows and files. */
async function addLecture({ client }: TestServer, lectureId: string): Promise<void> {
  const file = new Blob([await readFile(TIDES)]);
  await client.call('ingestLecture', { file, fileName: 'tides.opus', fields: { lecture_id: lectureId } });
  const captions = new Blob([CAPTIONS]);
  await client.call('importTranscript', { params: { lectureId }, file: captions, fileName: 'tides.vtt' });
}

async function expectLecture({ client }: TestServer, lectureId: string): Promise<void> {
  const { segments } = await client.call('getTranscript', { params: { lectureId } });
  expect(segments.map(({ text }) => text).join(' ')).toMatch(/moon raises the tides/);
  const audio = await client.call('getAudio', { params: { lectureId } });
  expect((await audio.arrayBuffer()).byteLength).toBe((await readFile(TIDES)).byteLength);
  await waitUntil('search finds it again', async () => {
    const { results } = await client.call('search', { query: { q: 'moon tides' } });
    return results.length > 0;
  });
}

describe('docs/runbooks/backup-restore.md', () => {
  it(
    'brings an embedded installation back as it was at the backup, while it runs and after its disk was lost',
    { timeout: 120_000 },
    async () => {
      const runbook = await openRunbook('backup-restore.md', { folder: folder.path, environment: environment() });
      server = await startServer(folder.path);
      await addLecture(server, 'before');
      await runbook.runNext();
      await addLecture(server, 'after');
      expect(await runbook.runNext()).toMatch(/lectures +1\b/);
      await server.end('SIGKILL');
      await rm(join(folder.path, 'data'), { recursive: true });

      expect(await runbook.runNext()).toMatch(/up to date/i);
      server = await startServer(folder.path);
      await expectLecture(server, 'before');
      await expect(server.client.call('getLecture', { params: { lectureId: 'after' } })).rejects.toMatchObject({
        code: 'lecture_not_found',
      });
      expect(runbook.left()).toBe(2);
    },
  );

  it('brings a PostgreSQL database back', { timeout: 120_000 }, async () => {
    const postgres: PostgresServer = await startPostgres();
    try {
      const [lost, fresh] = [await postgres.freshDatabase(), await postgres.freshDatabase()];
      const runbook = await openRunbook('backup-restore.md', { folder: folder.path, environment: environment() });
      while (runbook.left() > 2) runbook.skip();
      server = await startServer(folder.path, { DATABASE_URL: lost });
      await addLecture(server, 'before');
      await runbook.runNext({ DATABASE_URL: lost });
      await server.end('SIGTERM');
      expect(await runbook.runNext({ DATABASE_URL: fresh })).toMatch(/up to date/i);
      server = await startServer(folder.path, { DATABASE_URL: fresh });
      await expectLecture(server, 'before');
      await server.end('SIGTERM');
      server = null;
    } finally {
      await postgres.close();
    }
  });
});

describe('docs/runbooks/migration-rollback.md', () => {
  it('goes back to the version before', { timeout: 120_000 }, async () => {
    const runbook = await openRunbook('migration-rollback.md', { folder: folder.path, environment: environment() });
    server = await startServer(folder.path);
    await addLecture(server, 'before');
    await server.end('SIGTERM');
    await runbook.runNext();

    // What a newer version does to it.
    const path = join(folder.path, 'data', 'scholium.db');
    const database = new Sqlite(path);
    database
      .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
      .run('9999-future', '2999-01-01T00:00:00.000Z');
    database.close();
    const refused = await runScholium(['migrate'], { folder: folder.path });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/made by a newer version of Scholium/)]);

    expect(await runbook.runNext()).toMatch(/up to date/i);
    server = await startServer(folder.path);
    await expectLecture(server, 'before');
    expect(await readdir(join(folder.path, 'data'))).toContain('scholium.db.newer');
    expect(runbook.left()).toBe(0);
  });
});
