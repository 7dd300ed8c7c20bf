import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEnvironment } from './support/run-scholium.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, ROOT } from './support/test-folder.ts';

const run = promisify(execFile);
const script = (name: string): string => join(ROOT, 'scripts', name);

describe('scripts/smoke_worker_queue.sh', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path);
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  // A hung script is ended, so that it does not outlive its test.
  const bash = (name: string, environment: Record<string, string> = {}) =>
    run('bash', [script(name)], { env: testEnvironment(folder.path, environment), cwd: folder.path, timeout: 50_000 });

  it.each(['test_smoke_worker_queue.sh', 'test_smoke_worker_queue_http.sh'])('passes %s', async (name) => {
    const { stdout } = await bash(name);
    const results = stdout.split('\n').filter((line) => /^(?:not )?ok /.test(line));
    expect(results.filter((line) => line.startsWith('not ok'))).toEqual([]);
    expect(stdout).toContain(`1..${results.length}\n`);
    expect(results.length).toBeGreaterThan(10);
  });

  it('finds that a real server takes, queues and finishes work, and leaves no lecture behind', async () => {
    const settings = { API_BASE_URL: server.url, SMOKE_ACCEPT_FAILED_TERMINAL: '0', SMOKE_POLL_SECONDS: '0.1' };
    const { stdout } = await bash('smoke_worker_queue.sh', settings);
    expect(stdout).toMatch(/OK: the job succeeded, run by worker/);
    expect((await server.client.call('listLectures')).lectures).toEqual([]);
    expect((await server.client.call('listTrash')).items).toMatchObject([{ type: 'lecture', title: 'Smoke' }]);
  });
});
