import {
  S3Client,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startS3Server, type S3Server } from './s3-server.ts';

describe('the S3 server of the tests', () => {
  let server: S3Server;
  let client: S3Client;
  const keyed = (credentials: S3Server['keys']): S3Client =>
    new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials });
  beforeEach(async () => {
    server = await startS3Server();
    client = keyed(server.keys);
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });
  const at = (Key: string) => ({ Bucket: server.bucket, Key });

  it('unpacks the aws-chunked body with a checksum behind it that the SDK sends by default', async () => {
    const sent: (string | undefined)[] = [];
    client.middlewareStack.add(
      (next) => async (args) => {
        const { headers } = args.request as { headers: Record<string, string> }; // an HTTP request at this step
        sent.push(headers['content-encoding'], headers['x-amz-content-sha256']);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await client.send(new PutObjectCommand({ ...at('a'), Body: Readable.from([Buffer.from('hello ')]), ContentLength: 6 }));
    expect(sent).toEqual(['aws-chunked', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']);
    const { Body } = await client.send(new GetObjectCommand(at('a')));
    expect(await text(Body as Readable)).toBe('hello '); // under Node a stream
  });

  it('refuses a wrong secret, unknown keys and an unsigned request', async () => {
    const wrong = keyed({ ...server.keys, secretAccessKey: 'x' });
    await expect(wrong.send(new GetObjectCommand(at('a')))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    const unknown = keyed({ accessKeyId: 'x', secretAccessKey: 'x' });
    await expect(unknown.send(new GetObjectCommand(at('a')))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    expect((await fetch(`${server.endpoint}/${server.bucket}/a`)).status).toBe(403);
  });

  it('refuses a body that is not the one that was signed', async () => {
    client.middlewareStack.add(
      (next) => async (args) => {
        (args.request as { body: unknown }).body = Buffer.from('other'); // an HTTP request at this step
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const put = client.send(new PutObjectCommand({ ...at('a'), Body: Buffer.from('bytes') }));
    await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(server.objects.names).toEqual([]);
  });

  it('takes no part of an upload that does not exist', async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at('a')));
    const part = { ...at('a'), PartNumber: 1, Body: Buffer.from('x') };
    await client.send(new UploadPartCommand({ ...part, UploadId }));
    await expect(client.send(new UploadPartCommand({ ...part, UploadId: 'x' }))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(server.objects.unfinished).toEqual(['a']);
  });
});
