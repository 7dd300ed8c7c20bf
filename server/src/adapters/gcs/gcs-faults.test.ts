import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGcsServer, type GcsServer } from '../../../testkit/gcs-server.ts';
import type { Fault } from '../../../testkit/s3-server-faults.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { openGcsBlobs, type GcsBlobs } from './gcs-blobs.ts';
import type { GcsBlobsOptions } from './gcs-bucket.ts';

const MIB = 1024 * 1024;
const local = ownerScope('local');
const key = 'sources/src_1';

describe('GcsBlobs when things go wrong', () => {
  let server: GcsServer;
  let folder = '';
  let blobs: GcsBlobs;
  const bytes = randomBytes(5 * MIB + 17);

  beforeEach(async () => {
    // Google's client warns of every credentials file that it is given by name.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    server = await startGcsServer();
    folder = await mkdtemp(join(tmpdir(), 'scholium-gcs-faults-'));
    blobs = await open();
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    vi.restoreAllMocks();
  });

  const limits = {
    chunkBytes: 2 * MIB,
    requestTimeoutMs: 700,
    idleTimeoutMs: 700,
    checkTimeoutMs: 400,
    attempts: 3,
    firstPauseMs: 10,
  };
  const open = (change: Partial<GcsBlobsOptions> = {}): Promise<GcsBlobs> =>
    openGcsBlobs({
      bucket: server.bucket,
      prefix: 'school',
      credentialsFile: server.credentialsFile,
      apiEndpoint: server.endpoint,
      temporaryDir: folder,
      limits,
      ...change,
    });
  const body = (): Readable => Readable.from(pieces(bytes));
  const stored = async (at = key): Promise<Buffer> => buffer(await blobs.read(local, at));
  const fail = (method: string, url: RegExp, fault: Fault, times = 1): void => server.faults.add({ method, url, fault, times });

  it.each(['500', '503', 'cut', 'cut-reply', 'hang', 'short'] as const)(
    'goes on with an upload after the fault %j',
    async (fault) => {
      fail('PUT', /upload\/session/, fault);
      expect((await blobs.put(local, key, body())).sizeBytes).toBe(bytes.length);
      expect(server.faults.happened).toBe(1);
      expect((await stored()).equals(bytes)).toBe(true);
      expect(server.objects.unfinished).toEqual([]);
    },
  );

  it('counts failures in a row only, so that a long upload outlives many of them', async () => {
    // Each chunk loses one reply: more failures in all than one request may have.
    for (const fault of ['503', 'cut', 'cut-reply', '500'] as const) {
      fail('PUT', /upload\/session/, fault);
      expect((await blobs.put(local, key, body())).sizeBytes).toBe(bytes.length);
    }
    fail('PUT', /upload\/session/, 'short', 4);
    await blobs.put(local, key, body());
    expect(server.faults.happened).toBe(8);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  it('keeps an empty file when the reply to its last request was lost', async () => {
    fail('PUT', /upload\/session/, 'cut-reply');
    expect((await blobs.put(local, key, Readable.from([]))).sizeBytes).toBe(0);
    fail('PUT', /upload\/session/, '503');
    expect((await blobs.put(local, key, Readable.from([]))).sizeBytes).toBe(0);
    expect(server.faults.happened).toBe(2);
    expect(await blobs.stat(local, key)).toEqual({ sizeBytes: 0 });
  });

  it.each([
    ['the start', 'POST', /uploadType/, '503'],
    ['the data', 'PUT', /upload\/session/, '503'],
    ['the data of an expired upload', 'PUT', /upload\/session/, 'expired'],
  ] as const)('leaves neither a file nor an upload when %s is refused for good', async (_what, method, url, fault) => {
    await blobs.put(local, key, Readable.from(['before']));
    fail(method, url, fault, 100);
    await expect(blobs.put(local, key, body())).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.objects.unfinished).toEqual([]);
    expect((await stored()).toString()).toBe('before');
  });

  it('cancels the upload when it is aborted, when the body breaks off and when it is too large', async () => {
    const abort = new AbortController();
    const held = (): Readable => {
      const stream = new Readable({ read() {} });
      for (const piece of pieces(bytes)) stream.push(piece);
      return stream;
    };
    const aborted = blobs.put(local, key, held(), { signal: abort.signal });
    await vi.waitFor(() => expect(server.objects.unfinished).toHaveLength(1), { interval: 1 });
    abort.abort(new Error('stop'));
    await expect(aborted).rejects.toThrow();
    const broken = held();
    const breaking = blobs.put(local, key, broken);
    await vi.waitFor(() => expect(server.objects.unfinished).toHaveLength(1), { interval: 1 });
    broken.destroy(new Error('connection lost'));
    await expect(breaking).rejects.toThrow('connection lost');
    await expect(blobs.put(local, key, body(), { maxBytes: 3 * MIB })).rejects.toMatchObject({ code: 'body_too_large' });
    expect(server.objects.unfinished).toEqual([]);
    expect(server.objects.names).toEqual([]);
  });

  it.each(['cut-body', 'slow', '503', 'cut'] as const)('gives all bytes though a download meets the fault %j', async (fault) => {
    await blobs.put(local, key, body());
    fail('GET', /alt=media/, fault);
    expect((await stored()).equals(bytes)).toBe(true);
    fail('GET', /alt=media/, fault);
    expect((await blobs.withFile(local, key, (path) => readFile(path))).equals(bytes)).toBe(true);
    expect(server.faults.happened).toBe(2);
    expect(await readdir(join(folder, 'gcs-downloads'))).toEqual([]);
  });

  it('never mixes two files when one is replaced during a broken download', async () => {
    await blobs.put(local, key, body());
    fail('GET', /alt=media/, 'cut-body');
    const reading = await blobs.read(local, key);
    await blobs.put(local, key, Readable.from([randomBytes(bytes.length)]));
    await expect(buffer(reading)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('copies in as many steps as Google asks for, and can repeat a move that failed half way', async () => {
    await blobs.put(local, key, body());
    fail('DELETE', /src_1/, 'cut', 2);
    fail('DELETE', /src_1/, '503');
    await expect(blobs.move(local, key, 'sources/src_2')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.objects.names).toHaveLength(2);
    await blobs.move(local, key, 'sources/src_2');
    expect(server.objects.names).toEqual(['school/local/sources/src_2']);
    expect((await stored('sources/src_2')).equals(bytes)).toBe(true);
    expect(server.faults.seen.some((line) => line.includes('rewriteToken'))).toBe(true);
  });

  it('does not remove a file that was put in the place of one being moved', async () => {
    await blobs.put(local, key, Readable.from(['moved']));
    fail('DELETE', /src_1/, 'hang');
    const moving = blobs.move(local, key, 'sources/src_2');
    await vi.waitFor(() => expect(server.faults.happened).toBe(1), { interval: 1 });
    await blobs.put(local, key, Readable.from(['newer']));
    await moving;
    expect((await stored()).toString()).toBe('newer');
    expect((await stored('sources/src_2')).toString()).toBe('moved');
  });

  it('says so after a bounded time when the server is gone or hangs', async () => {
    await blobs.check();
    for (const method of ['GET', 'PUT', 'POST']) fail(method, /storage|session/, 'hang', 100);
    const began = Date.now();
    await expect(blobs.check()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(Date.now() - began).toBeLessThan(2_000);
    await expect(blobs.put(local, key, Readable.from(['x']))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(blobs.stat(local, key)).rejects.toMatchObject({ code: 'storage_unavailable' });
    const gone = await open({ apiEndpoint: 'http://127.0.0.1:9' });
    const put = () => gone.put(local, key, body());
    for (const ask of [gone.check, () => gone.stat(local, key), () => gone.read(local, key), put]) {
      await expect(ask()).rejects.toMatchObject({ code: 'storage_unavailable' });
    }
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it('says what to do when the bucket or the credentials are missing', async () => {
    const missing = await open({ bucket: 'nowhere' });
    await expect(missing.check()).rejects.toMatchObject({ code: 'storage_unavailable', detail: /"nowhere" does not exist/ });
    const noFile = await open({ credentialsFile: join(folder, 'none.json') });
    await expect(noFile.check()).rejects.toMatchObject({ code: 'storage_unavailable', detail: /GOOGLE_APPLICATION_CREDENTIALS/ });
    await expect(open({ bucket: 'gs://x' })).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('keeps neither tokens nor bytes in the cause of an error', async () => {
    fail('PUT', /upload\/session/, 'cut', 100);
    const error: unknown = await blobs
      .put(local, key, Readable.from(['the words of a lecture']))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage_unavailable' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/the words|token-of-the-test|Bearer|<Buffer/);
  });

  it('sends nothing for a key that is not one of ours', async () => {
    for (const bad of ['a\0b', '../x', 'a//b', '/x', 'a/./b', 'Ä', 'a?b', 'a%2e%2e', 'x'.repeat(400)]) {
      const asking = await Promise.allSettled([
        blobs.put(local, bad, Readable.from(['x'])),
        blobs.move(local, bad, key),
        blobs.move(local, key, bad),
        blobs.stat(local, bad),
        blobs.read(local, bad),
        blobs.withFile(local, bad, async () => 1),
        blobs.remove(local, bad),
        blobs.signedUrl(local, bad, { expiresSeconds: 1, disposition: 'inline', mediaType: 'text/plain' }),
      ]);
      for (const result of asking) expect(String(Object(result).reason)).toMatch(/Not a blob key/);
    }
    expect(server.faults.seen).toEqual([]);
  });

  it('signs addresses that anybody can read, described as asked, until they expire', async () => {
    await blobs.put(local, key, Readable.from(['hello']));
    const signing = await open({ credentialsFile: await server.signingAccount() });
    const disposition = `attachment; filename="_bung (1).txt"; filename*=UTF-8''%C3%9Cbung%20%281%29.txt`;
    const asked = { expiresSeconds: 60, disposition, mediaType: 'text/plain' };
    const url = (await signing.signedUrl(local, key, asked)) ?? '';
    const reply = await fetch(url);
    expect(await reply.text()).toBe('hello');
    expect([reply.headers.get('content-type'), reply.headers.get('content-disposition')]).toEqual(['text/plain', disposition]);
    expect((await fetch(url, { headers: { range: 'bytes=1-2' } })).headers.get('content-range')).toBe('bytes 1-2/5');
    expect(url).not.toContain('PRIVATE');
    for (const [from, to] of [
      ['src_1', 'src_2'],
      ['X-Goog-Expires=60', 'X-Goog-Expires=600'],
      ['attachment', 'inline'],
      [/\?.*/, ''],
    ] as const) {
      expect((await fetch(url.replace(from, to))).status).toBe(403);
    }
    server.advance(50_000);
    expect((await fetch(url)).status).toBe(200);
    server.advance(15_000);
    expect((await fetch(url)).status).toBe(403);
  });

  it('gives no address where it cannot sign', async () => {
    expect(await blobs.signedUrl(local, key, { expiresSeconds: 60, disposition: 'inline', mediaType: 'text/plain' })).toBeNull();
  });
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
