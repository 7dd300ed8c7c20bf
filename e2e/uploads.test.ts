import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import { startHoldingProxy } from './support/holding-proxy.ts';
import { spawnScholium } from './support/run-scholium.ts';
import { silentWav } from './support/silent-wav.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const MIB = 1024 * 1024;

describe('a large recording', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  const servers: TestServer[] = [];
  beforeEach(async () => {
    folder = await makeTestFolder();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGKILL');
    await folder.remove();
  });

  async function start(environment: Record<string, string> = {}): Promise<TestServer> {
    const server = await startServer(folder.path, environment);
    servers.push(server);
    return server;
  }

  async function recording(seconds: number): Promise<string> {
    const path = join(folder.path, 'long.wav');
    await writeFile(path, silentWav(seconds));
    return path;
  }

  it('arrives whole though its server was killed on the way, and becomes a lecture', async () => {
    const given = await openUpload(await recording(900));
    const remembered = new Map<string, string>();
    const memory = {
      find: async (key: string) => remembered.get(key) ?? null,
      keep: async (key: string, uploadId: string) => void remembered.set(key, uploadId),
      forget: async (key: string) => void remembered.delete(key),
    };
    const first = await start();
    let killed: Promise<unknown> | null = null;
    const broken = first.client.uploadFile({
      ...given,
      key: 'long',
      memory,
      requestBytes: 9 * MIB,
      maxRetries: 1,
      retryMs: 1,
      onProgress: (sent) => {
        if (sent >= 9 * MIB) killed ??= first.end('SIGKILL');
      },
    });
    await expect(broken).rejects.toMatchObject({ code: 'unreachable' });
    await killed;

    const second = await start();
    const seen: number[] = [];
    const onProgress = (sent: number): void => void seen.push(sent);
    const { uploadId, jobId } = await second.client.uploadFile({ ...given, key: 'long', memory, onProgress });
    expect(seen[0]).toBeGreaterThanOrEqual(9 * MIB);
    const job = await waitUntil('the upload is taken in', async () => {
      const found = await second.client.call('getJob', { params: { jobId } });
      return found.finishedAt !== null && found;
    });
    expect(job).toMatchObject({ status: 'succeeded', result: { uploadId, created: true } });
    const { lectureId, status } = await second.client.call('getUpload', { params: { uploadId } });
    expect(status).toBe('finished');
    const audio = await second.client.call('getAudio', { params: { lectureId: lectureId ?? '' } });
    expect(Buffer.from(await audio.arrayBuffer()).equals(Buffer.from(await given.file.arrayBuffer()))).toBe(true);
    // Nothing is left of the pieces.
    const files = await readdir(join(folder.path, 'data/blobs'), { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
  });

  it('goes on where `scholium ingest` was stopped by Ctrl-C, when the same command is run again', async () => {
    const file = await recording(1_700);
    const server = await start();
    const proxy = await startHoldingProxy(server.url);
    try {
      const run = () => spawnScholium(['ingest', file, '--server', proxy.url], { folder: folder.path });
      proxy.holdFrom(16 * MIB);
      const first = run();
      await waitUntil('the second piece is held', () => proxy.held() > 0);
      let said = '';
      first.stderr.on('data', (data: Buffer) => (said += data.toString()));
      first.kill('SIGINT');
      await once(first, 'close');
      expect(said).toMatch(/same command again/);

      proxy.holdFrom(null);
      proxy.offsets.length = 0;
      const second = run();
      let heard = '';
      second.stderr.on('data', (data: Buffer) => (heard += data.toString()));
      await waitUntil('the lecture is there', () => /Lecture lec_/.test(heard));
      second.kill('SIGINT');
      await once(second, 'close');
      expect(proxy.offsets[0]).toBe(`PATCH ${16 * MIB}`);
      const { lectures } = await createClient({ baseUrl: server.url }).call('listLectures');
      expect(lectures).toHaveLength(1);
      expect(await readdir(join(folder.path, '.local/state/scholium/uploads'))).toEqual([]);
    } finally {
      proxy.close();
    }
  });
});
