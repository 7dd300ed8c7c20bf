import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../testkit/s3-server-faults.ts';
import { startS3Server, type S3Server } from '../../../testkit/s3-server.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { openS3Blobs, type S3Blobs } from './s3-blobs.ts';
import type { S3BlobsOptions } from './s3-bucket.ts';

const MIB = 1024 * 1024;
const local = ownerScope('local');
const key = 'sources/src_1';
const name = `school/local/${key}`;

describe('S3Blobs when things go wrong', () => {
  let server: S3Server;
  let folder = '';
  let blobs: S3Blobs;
  const bytes = randomBytes(12 * MIB + 17);

  beforeEach(async () => {
    server = await startS3Server();
    folder = await mkdtemp(join(tmpdir(), 'scholium-s3-faults-'));
    blobs = await open();
  });
  afterEach(async () => {
    await blobs.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (change: Partial<S3BlobsOptions> = {}): Promise<S3Blobs> =>
    openS3Blobs({
      bucket: server.bucket,
      prefix: 'school',
      endpoint: server.endpoint,
      region: null,
      temporaryDir: folder,
      credentials: server.keys,
      limits: {
        partBytes: 5 * MIB,
        copyBytes: 6 * MIB,
        copyPartBytes: 5 * MIB,
        idleTimeoutMs: 700,
        checkTimeoutMs: 400,
        attempts: 3,
      },
      ...change,
    });
  const body = (): Readable => Readable.from(pieces(bytes));
  const stored = async (at = key): Promise<Buffer> => buffer(await blobs.read(local, at));
  const fail = (method: string, url: RegExp, fault: Fault, times = 1): void => server.faults.add({ method, url, fault, times });

  it.each(['500', '503', 'cut', 'cut-reply', 'hang'] as const)('sends a part again after the fault %j', async (fault) => {
    fail('PUT', /partNumber=2/, fault);
    expect((await blobs.put(local, key, body())).sizeBytes).toBe(bytes.length);
    expect(server.faults.happened).toBe(1);
    expect((await stored()).equals(bytes)).toBe(true);
    expect(server.objects.unfinished).toEqual([]);
  });

  it('knows its own file when the reply to the last request was lost', async () => {
    fail('POST', /uploadId=/, 'cut-reply');
    expect((await blobs.put(local, key, body())).sizeBytes).toBe(bytes.length);
    expect(server.faults.happened).toBe(1);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  it('leaves neither a file nor an upload when a part cannot be stored, and keeps the file before it', async () => {
    await blobs.put(local, key, Readable.from(['before']));
    fail('PUT', /partNumber=2/, '500', 100);
    await expect(blobs.put(local, key, body())).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.objects.unfinished).toEqual([]);
    expect((await stored()).toString()).toBe('before');
  });

  it('stops reading a slow sender when the store fails', async () => {
    fail('PUT', /partNumber=/, '500', 100);
    const slow = new Readable({ read() {} });
    for (const piece of pieces(bytes)) slow.push(piece);
    await expect(blobs.put(local, key, slow)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(slow.destroyed).toBe(true);
    expect(server.objects.unfinished).toEqual([]);
  });

  it('ends the upload when it is aborted, when the body breaks off and when it is too large', async () => {
    const abort = new AbortController();
    const endless = new Readable({ read() {} });
    for (const piece of pieces(bytes)) endless.push(piece);
    const aborted = blobs.put(local, key, endless, { signal: abort.signal });
    setImmediate(() => abort.abort(new Error('stop')));
    await expect(aborted).rejects.toThrow();
    expect(endless.destroyed).toBe(true);
    const broken = new Readable({ read() {} });
    for (const piece of pieces(bytes)) broken.push(piece);
    const breaking = blobs.put(local, key, broken);
    setImmediate(() => broken.destroy(new Error('connection lost')));
    await expect(breaking).rejects.toThrow('connection lost');
    await expect(blobs.put(local, key, body(), { maxBytes: 11 * MIB })).rejects.toMatchObject({ code: 'body_too_large' });
    expect(server.faults.seen.filter((line) => line.includes('uploads=')).length).toBeGreaterThan(1);
    expect(server.objects.unfinished).toEqual([]);
    expect(server.objects.names).toEqual([]);
  });

  it.each(['cut-body', 'slow', '503', 'cut'] as const)('gives all bytes though a download meets the fault %j', async (fault) => {
    await blobs.put(local, key, body());
    fail('GET', /src_1/, fault);
    expect((await stored()).equals(bytes)).toBe(true);
    fail('GET', /src_1/, fault, 2);
    expect((await blobs.withFile(local, key, (path) => readFile(path))).equals(bytes)).toBe(true);
    expect(server.faults.happened).toBeGreaterThanOrEqual(2);
  });

  it('never mixes two files when one is replaced during a broken download', async () => {
    await blobs.put(local, key, body());
    fail('GET', /src_1/, 'cut-body');
    const reading = await blobs.read(local, key);
    await blobs.put(local, key, Readable.from([randomBytes(bytes.length)]));
    await expect(buffer(reading)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('says so after a bounded time when the server is gone or hangs', async () => {
    await blobs.put(local, key, Readable.from(['x']));
    await blobs.check();
    fail('HEAD', /./, 'hang', 100);
    fail('PUT', /./, 'hang', 100);
    const began = Date.now();
    await expect(blobs.check()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(Date.now() - began).toBeLessThan(2_000);
    await expect(blobs.stat(local, key)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(blobs.put(local, key, Readable.from(['x']))).rejects.toMatchObject({ code: 'storage_unavailable' });
    const gone = await open({ endpoint: 'http://127.0.0.1:9', limits: { attempts: 3 } });
    const put = () => gone.put(local, key, body());
    for (const ask of [gone.check, () => gone.stat(local, key), () => gone.read(local, key), put, gone.sweep]) {
      await expect(ask()).rejects.toMatchObject({ code: 'storage_unavailable' });
    }
    expect(Date.now() - began).toBeLessThan(15_000);
    await gone.close();
  });

  it('says what to do when the bucket, the secret or the right is missing, and never tells a secret', async () => {
    const missing = await open({ bucket: 'nowhere' });
    await expect(missing.check()).rejects.toMatchObject({ code: 'storage_unavailable', detail: /"nowhere" does not exist/ });
    const secret = { ...server.keys, secretAccessKey: 'not-the-secret' };
    const wrong = await open({ credentials: secret });
    const refusal = wrong.check();
    await expect(refusal).rejects.toMatchObject({ code: 'storage_unavailable', detail: /AWS_SECRET_ACCESS_KEY/ });
    const told = await refusal.catch((error: Error) => `${error.message} ${String(error.cause)}`);
    expect(told).not.toMatch(/not-the-secret|AKIA/);
    for (const opened of [missing, wrong]) await opened.close();
  });

  it.each([
    { bucket: 'a/b' },
    { bucket: '' },
    { bucket: 's3://x' },
    { prefix: 'a\0b' },
    { prefix: '../x' },
    { endpoint: 'minio:9000' },
    { endpoint: 'http://key:secret@minio' },
  ])('refuses the configuration %j', async (change) => {
    await expect(open(change)).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('moves a file that is too large for one copy, and can repeat a move that failed half way', async () => {
    await blobs.put(local, key, body());
    fail('DELETE', /src_1/, '500', 3);
    await expect(blobs.move(local, key, 'sources/src_2')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.objects.names).toHaveLength(2);
    await blobs.move(local, key, 'sources/src_2');
    expect(server.objects.names).toEqual(['school/local/sources/src_2']);
    expect((await stored('sources/src_2')).equals(bytes)).toBe(true);
    expect(server.faults.seen.some((line) => line.startsWith('PUT') && line.includes('src_2?partNumber=3'))).toBe(true);
    fail('PUT', /src_3\?partNumber=2/, '500', 3);
    await expect(blobs.move(local, 'sources/src_2', 'sources/src_3')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.objects.unfinished).toEqual([]);
  });

  it('copies objects whose prefix needs escaping', async () => {
    const odd = await open({ prefix: 'schön & gut+100%' });
    await odd.put(local, key, Readable.from(['x']));
    await odd.move(local, key, 'sources/src_2');
    expect(server.objects.names).toEqual(['schön & gut+100%/local/sources/src_2']);
    expect(odd.uri(local, key)).toBe(`s3://${server.bucket}/schön & gut+100%/local/${key}`);
    await odd.close();
  });

  it('removes its copy of a file when the work with it is done, when it fails and when the download breaks off', async () => {
    await blobs.put(local, key, body());
    const downloads = join(folder, 's3-downloads');
    const during = await blobs.withFile(local, key, () => readdir(downloads));
    expect(during).toHaveLength(1);
    const failing = blobs.withFile(local, key, async () => {
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    fail('GET', /src_1/, 'hang', 100);
    await expect(blobs.withFile(local, key, async () => 1)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await readdir(downloads)).toEqual([]);
  });

  it('says that the disk is full when there is no space for a copy, and leaves nothing of it', async () => {
    await blobs.put(local, key, body());
    // A real limit of the system: no file of this process may grow past 64 blocks.
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 64; exec "$0" "$1" "$2"',
      process.execPath,
      join(import.meta.dirname, 'full-disk.child.ts'),
      JSON.stringify({
        endpoint: server.endpoint,
        bucket: server.bucket,
        prefix: 'school',
        keys: server.keys,
        temporaryDir: folder,
        key,
      }),
    ]);
    expect(JSON.parse(stdout)).toEqual({ code: 'storage_full', detail: expect.not.stringContaining(folder) as string });
    expect(await readdir(join(folder, 's3-downloads'))).toEqual([]);
  });

  it("sweeps away uploads of ours that a killed process left a day ago, and nobody else's", async () => {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: server.keys,
    });
    const begin = (Key: string) => client.send(new CreateMultipartUploadCommand({ Bucket: server.bucket, Key }));
    const uuid = randomUUID();
    const id = uuid.replaceAll('-', '');
    const ours = [
      `a/incoming/${uuid}`,
      `a/incoming/${uuid}`,
      `b/sources/src_${id}`,
      `b/uploads/upl_${id}/${uuid}`,
      `b/uploads/upl_${id}/whole-3`,
    ];
    const others = [`elsewhere/a/incoming/${uuid}`, 'school/backup.tar', 'school/a/sources/my-own-file'];
    for (const at of [...ours.map((name) => `school/${name}`), ...others]) await begin(at);
    server.objects.age(23 * 60 * 60 * 1000);
    expect(await blobs.sweep()).toBe(0);
    server.objects.age(2 * 60 * 60 * 1000);
    await begin(`school/young/incoming/${uuid}`);
    expect(await blobs.sweep()).toBe(5);
    expect(server.objects.unfinished).toEqual([...others, `school/young/incoming/${uuid}`].sort());
    client.destroy();
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
    const disposition = `attachment; filename="_bung (1).txt"; filename*=UTF-8''%C3%9Cbung%20%281%29.txt`;
    const asked = { expiresSeconds: 60, disposition, mediaType: 'text/plain' };
    const url = await blobs.signedUrl(local, key, asked);
    const reply = await fetch(url ?? '');
    expect(await reply.text()).toBe('hello');
    expect(reply.headers.get('content-type')).toBe('text/plain');
    expect(reply.headers.get('content-disposition')).toBe(disposition);
    expect((await fetch(url ?? '', { headers: { range: 'bytes=1-2' } })).headers.get('content-range')).toBe('bytes 1-2/5');
    expect(url).not.toContain(server.keys.secretAccessKey);
    expect((await fetch((url ?? '').replace('src_1', 'src_2'))).status).toBe(403);
    expect((await fetch((url ?? '').replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
    expect((await fetch((url ?? '').replace('attachment', 'inline'))).status).toBe(403);
    expect((await fetch((url ?? '').split('?')[0] ?? '')).status).toBe(403);
    server.advance(50_000);
    expect((await fetch(url ?? '')).status).toBe(200);
    server.advance(15_000);
    expect((await fetch(url ?? '')).status).toBe(403);
    await expect(blobs.signedUrl(local, key, { ...asked, expiresSeconds: 0 })).rejects.toThrow(RangeError);
  });

  it('needs one request for a short file', async () => {
    await blobs.put(local, key, Readable.from(['x']));
    expect(server.faults.seen).toHaveLength(1);
    expect(server.objects.names).toEqual([name]);
  });
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
