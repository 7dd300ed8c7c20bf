import type { IncomingMessage } from 'node:http';
import { BadBody } from './s3-server-body.ts';
import type { Fault, Faults } from './s3-server-faults.ts';
import { startFaultyServer, type Reply } from './s3-server-http.ts';
import { S3Objects, S3Problem } from './s3-server-objects.ts';
import { verifySignature, type Keys } from './s3-server-signature.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly keys: Keys;
  readonly faults: Faults;
  readonly objects: S3Objects;
  /** Sets the server's clock forward. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/**
 * An S3 server of one bucket on a free port of this machine, for tests: signatures, multipart uploads, copies, ranges,
 * conditions, lists and `aws-chunked` bodies as S3 does them, and faults on demand. Bytes live in a temporary folder.
 * `s3rver`, the usual one, has had no release for years and does not know the checksum trailers of today's SDKs.
 */
export async function startS3Server(bucket = 'recordings'): Promise<S3Server> {
  const keys = { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'a/secret+of-the-test' };
  let aheadMs = 0;
  const server = await startFaultyServer((request, fault) =>
    answer(request, fault, { objects, keys, now: Date.now() + aheadMs }),
  );
  const objects = new S3Objects(bucket, server.folder);
  const advance = (ms: number): void => void (aheadMs += ms);
  return { endpoint: server.url, bucket, keys, faults: server.faults, objects, advance, close: server.close };
}

async function answer(
  request: IncomingMessage,
  fault: Fault | null,
  { objects, keys, now }: Pick<S3Server, 'objects' | 'keys'> & { readonly now: number },
): Promise<Reply | null> {
  try {
    const verdict = verifySignature(request, keys, now);
    if (!verdict.ok) throw new S3Problem(403, verdict.code);
    if (fault === '500') throw new S3Problem(500, 'InternalError');
    if (fault === '503') throw new S3Problem(503, 'SlowDown');
    return await objects.handle(request, verdict.payload);
  } catch (error) {
    if (request.destroyed && !request.complete) return null;
    request.resume(); // an error may come before the body was read
    const problem = error instanceof BadBody ? new S3Problem(400, error.code) : error;
    if (problem instanceof S3Problem) return problem.reply();
    throw error;
  }
}
