import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { runScholium } from './support/run-scholium.ts';
import { startServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

describe('an installation that moves to PostgreSQL', { timeout: 240_000 }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let postgres: PostgresServer;

  beforeAll(async () => {
    [folder, postgres] = await Promise.all([makeTestFolder(), startPostgres()]);
  });
  afterAll(async () => {
    await postgres?.close();
    await folder?.remove();
  });

  it('has the same transcript there, finds it by search, and is not copied twice', async () => {
    const embedded = await startServer(folder.path);
    const ingest = ['ingest', TIDES, '--course', 'nature', '--lecture-id', 'tides', '--title', 'Tides', '--server', embedded.url];
    expect((await runScholium(ingest, { folder: folder.path })).code).toBe(0);
    const before = await transcriptAt(embedded.url);
    const environment = { DATABASE_URL: await postgres.freshDatabase() };
    const copy = ['db', 'copy', '--from', 'sqlite', '--to', 'postgres'];
    const early = await runScholium([...copy, '--dry-run'], { folder: folder.path, environment });
    expect(early).toMatchObject({ code: 0, stderr: expect.stringContaining('Stop it first') });
    await embedded.end('SIGTERM');

    const copied = await runScholium(copy, { folder: folder.path, environment });
    expect(copied).toMatchObject({ code: 0, stdout: expect.stringMatching(/ {2}transcripts +1 {2}\w{16} {2}same/) });
    expect(copied.stderr).not.toContain('Stop it first');
    const again = await runScholium([...copy, '--json'], { folder: folder.path, environment });
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'database_not_empty' } });

    const moved = await startServer(folder.path, environment);
    try {
      expect(await transcriptAt(moved.url)).toBe(before);
      const results = await waitUntil('the search index is made again', async () => {
        const reply = await moved.client.call('search', { query: { q: 'the sun and the moon' } });
        return reply.results.length > 0 ? reply.results : undefined;
      });
      expect(results[0]?.lectureId).toBe('tides');
    } finally {
      await moved.end('SIGTERM');
    }
  });
});

async function transcriptAt(url: string): Promise<string> {
  return (await fetch(`${url}/api/lectures/tides/transcript`)).text();
}
