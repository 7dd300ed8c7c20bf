import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentWav } from './support/silent-wav.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const UPLOADS = 200;
/** 320 kB each; one in twenty is over the limit. */
const SOUND = silentWav(10);
const LIMIT_BYTES = 1_000_000;
/** Far above what health may take (100 ms, see the bench): only a server that hangs is slower. */
const HANGS_MS = 5_000;

/** Case 49 of the attacks. */
describe('200 uploads at once, half of them given up on the way', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;
  beforeEach(async () => {
    folder = await makeTestFolder();
    const limits = { AUDIO_MAX_FILE_SIZE: String(LIMIT_BYTES), UPLOAD_MAX_FILE_SIZE: String(LIMIT_BYTES) };
    server = await startServer(folder.path, { ...limits, LOG_LEVEL: 'error' });
  });
  afterEach(async () => {
    await server.end('SIGKILL');
    await folder.remove();
  });

  it('are taken, refused by a limit or gone without a trace, and the server answers meanwhile', async () => {
    const stop = new AbortController();
    const health = measureHealth(server.url, stop.signal);
    const ends = await Promise.all(Array.from({ length: UPLOADS }, (_, n) => (n % 4 < 2 ? sendForm(n) : sendPieces(n))));
    stop.abort();
    const times = (await health).toSorted((a, b) => a - b);
    const counts = Object.fromEntries(
      Map.groupBy(ends, (end) => end)
        .entries()
        .map(([end, list]) => [end, list.length]),
    );
    const p99 = times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY;
    process.stdout.write(`200 uploads: ${JSON.stringify(counts)}; /health p99 ${p99.toFixed(0)} ms of ${times.length}\n`);

    expect(ends.filter((end) => !['given up', '201', '204', '413', '429'].includes(end))).toEqual([]);
    expect(counts['given up']).toBe(UPLOADS / 2);
    expect(counts['413']).toBeGreaterThan(0);
    expect((counts['201'] ?? 0) + (counts['204'] ?? 0)).toBeGreaterThan(0);
    expect(p99).toBeLessThan(HANGS_MS);
    const blobs = join(folder.path, 'data/blobs');
    await waitUntil('no temporary file is left', async () => (await readdir(join(blobs, '.incoming'))).length === 0);
    const { jobs } = await server.client.call('listJobs', { query: { kind: 'ingest-upload', limit: 200 } });
    expect(jobs).toHaveLength(counts['204'] ?? 0);
    expect((await server.client.call('getHealth')).status).not.toBe('down');
  });

  const bodyOf = (n: number): Buffer => (n % 20 === 1 || n % 20 === 3 ? Buffer.alloc(LIMIT_BYTES + 1) : SOUND);

  async function sendForm(n: number): Promise<string> {
    const boundary = 'storm';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="audio"; filename="${n}.wav"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bodyOf(n), Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    return sendOrGiveUp(n, { path: '/api/lectures/ingest', method: 'POST', headers, body });
  }

  async function sendPieces(n: number): Promise<string> {
    const body = bodyOf(n);
    const tus = { 'tus-resumable': '1.0.0' };
    const headers = { ...tus, 'upload-length': String(body.length) };
    const begun = await fetch(`${server.url}/api/uploads`, { method: 'POST', headers });
    if (begun.status !== 201) return n % 2 === 0 ? 'given up' : String(begun.status);
    const type = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
    return sendOrGiveUp(n, { path: begun.headers.get('location') ?? '', method: 'PATCH', headers: { ...tus, ...type }, body });
  }

  /** Every second one is cut in its middle. */
  async function sendOrGiveUp(
    n: number,
    { path, method, headers, body }: { path: string; method: string; headers: Record<string, string>; body: Buffer },
  ): Promise<string> {
    const sent = request(server.url + path, { method, headers: { ...headers, 'content-length': String(body.length) } });
    sent.on('error', () => {}); // a server that has refused may close the line
    if (n % 2 === 0) {
      await new Promise((resolve) => sent.write(body.subarray(0, body.length / 2), resolve));
      sent.destroy();
      return 'given up';
    }
    sent.end(body);
    const [reply] = await once(sent, 'response');
    reply.resume();
    return String(reply.statusCode);
  }
});

/** Asks again and again, one after the other, how the server is; returns how long each answer took. */
async function measureHealth(url: string, until: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!until.aborted) {
    const from = performance.now();
    await (await fetch(`${url}/health/live`)).arrayBuffer();
    times.push(performance.now() - from);
  }
  return times;
}
