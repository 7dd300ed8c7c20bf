import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedIn, loadConfig } from '@scholium/server/config.ts';
import { serve, type RunningServer } from '@scholium/server/main.ts';
import { freePort } from '@scholium/server/testkit/guarded-process.ts';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import { makeTestFolder } from './support/test-folder.ts';

describe('a worker without the API', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let postgres: PostgresServer;
  let worker: RunningServer;

  beforeAll(async () => {
    folder = await makeTestFolder();
    postgres = await startPostgres();
    const embedded = embeddedIn(loadConfig({}, { cwd: folder.path }), folder.path);
    const config = { ...embedded, postgresUrl: await postgres.freshDatabase(), workerPort: await freePort() };
    worker = await serve({ role: 'worker', config });
  });
  afterAll(async () => {
    await worker?.close();
    await postgres?.close();
    await folder?.remove();
  });

  it('shows its figures, its connections and its disk, and that it is ready', async () => {
    expect(worker.url).toBeNull();
    const metrics = await (await fetch(`${worker.probesUrl}/metrics`)).text();
    for (const name of ['worker_slots', 'database_pool_connections', 'data_disk'])
      expect(metrics).toMatch(new RegExp(`^scholium_${name}`, 'm'));
    expect((await fetch(`${worker.probesUrl}/health/live`)).status).toBe(200);
    expect((await fetch(`${worker.probesUrl}/health/ready`)).status).toBe(200);
    expect((await fetch(`${worker.probesUrl}/api/lectures`)).status).toBe(404);
  });

  it('says under which variable to choose another port when its port is taken', async () => {
    const again = serve({ role: 'worker', config: worker.config });
    await expect(again).rejects.toMatchObject({ code: 'port_in_use', detail: expect.stringContaining('WORKER_PORT') });
  });
});
