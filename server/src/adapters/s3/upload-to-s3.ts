import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { AppError } from '../../core/domain/app-error.ts';
import type { BlobInfo } from '../../core/ports/blobs.ts';
import { cutIntoParts, type Part } from '../object-storage/cut-into-parts.ts';
import { measureBody, type PutOptions } from '../object-storage/measure-body.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { isMissingUpload } from './s3-errors.ts';

/** Parts under way at once. Memory is bounded by this many parts and two that are being filled and copied. */
const PARTS_AT_ONCE = 2;
/** S3 takes no more. */
const MOST_PARTS = 10_000;
const UPLOAD_ID = 'scholium-upload';

/**
 * Streams a body to an object: a short one in one request, a longer one in parts of equal size (R2 asks for that).
 * The object appears with the last request, which is sent only when the whole body has been read without error; it is
 * the point of no return, so it does not heed the signal. `@aws-sdk/lib-storage` is not used: its `abort()` does not
 * wait for parts under way, and such a part can outlive the abort of its upload.
 */
export async function uploadToS3(bucket: S3Bucket, name: string, data: Readable, options: PutOptions): Promise<BlobInfo> {
  // A body may break off before its first piece is asked for; reading it then throws what is ignored here.
  data.on('error', () => {});
  const body = measureBody(data, options);
  const parts = cutIntoParts(body.pieces, partBytesFor(bucket, options));
  try {
    const first = (await parts.next()).value as Part; // there is always one
    if (first.last) await putWhole(bucket, name, first.bytes);
    else await putInParts(bucket, name, { first, rest: parts, data }, options.signal);
    return body.info();
  } finally {
    data.destroy();
  }
}

/** Larger parts where the limit of the body allows more than 10,000 of the usual size. */
function partBytesFor({ limits }: S3Bucket, { maxBytes }: PutOptions): number {
  return Math.max(limits.partBytes, Math.ceil((maxBytes ?? 0) / MOST_PARTS));
}

async function putWhole(bucket: S3Bucket, name: string, bytes: Buffer): Promise<void> {
  const object = { Bucket: bucket.name, Key: name, Body: bytes, ContentType: 'application/octet-stream' };
  await bucket.call((client) => client.send(new PutObjectCommand(object)));
}

interface Body {
  readonly first: Part;
  readonly rest: AsyncIterable<Part>;
  readonly data: Readable;
}

async function putInParts(bucket: S3Bucket, name: string, body: Body, signal?: AbortSignal): Promise<void> {
  const mark = randomUUID();
  const upload = await startUpload(bucket, name, mark);
  const stop = new AbortController();
  const sending = new Set<Promise<void>>();
  try {
    const done = await sendParts(bucket, upload, { ...body, sending, signal: anySignal(stop.signal, signal) });
    await complete(bucket, upload, done, mark);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(sending); // a part that arrives later would stay for good
    await abandon(bucket, upload);
    throw error;
  }
}

interface Upload {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

async function startUpload(bucket: S3Bucket, name: string, mark: string): Promise<Upload> {
  const at = { Bucket: bucket.name, Key: name };
  const wanted = { ...at, ContentType: 'application/octet-stream', Metadata: { [UPLOAD_ID]: mark } };
  const { UploadId } = await bucket.call((client) => client.send(new CreateMultipartUploadCommand(wanted)));
  if (UploadId === undefined)
    throw new AppError('storage_unavailable', 'S3 started no upload. Check that S3_ENDPOINT_URL is an S3 server.');
  return { ...at, UploadId };
}

/** Sends parts side by side, at the pace of the store. The first that fails stops the reading of the body. */
async function sendParts(
  bucket: S3Bucket,
  upload: Upload,
  { first, rest, data, sending, signal }: Body & { sending: Set<Promise<void>>; signal: AbortSignal },
): Promise<CompletedPart[]> {
  const done: CompletedPart[] = [];
  let failure: { error: unknown } | null = null;
  const send = (part: Part): void => {
    const number = done.push({ PartNumber: done.length + 1 });
    const running: Promise<void> = sendOne(number, part.bytes).finally(() => sending.delete(running));
    sending.add(running);
  };
  const sendOne = async (number: number, bytes: Buffer): Promise<void> => {
    try {
      done[number - 1] = { PartNumber: number, ETag: await sendPart(bucket, upload, { number, bytes, signal }) };
    } catch (error) {
      failure ??= { error };
      data.destroy(); // it may be waiting for a slow sender
    }
  };
  try {
    send(first);
    for await (const part of rest) {
      if (done.length === MOST_PARTS)
        throw new AppError('body_too_large', `S3 takes at most ${MOST_PARTS} parts. Send a smaller file.`);
      send(part);
      if (sending.size >= PARTS_AT_ONCE) await Promise.race(sending);
    }
    await Promise.all(sending);
  } catch (error) {
    failure ??= { error };
  }
  throwFailure(failure);
  signal.throwIfAborted();
  return done;
}

/** Apart, since the compiler cannot see that a callback sets it. */
function throwFailure(failure: { error: unknown } | null): void {
  if (failure) throw failure.error;
}

async function sendPart(
  bucket: S3Bucket,
  upload: Upload,
  { number, bytes, signal }: { number: number; bytes: Buffer; signal: AbortSignal },
): Promise<string> {
  const part = { ...upload, PartNumber: number, Body: bytes };
  const { ETag } = await bucket.call((client) => client.send(new UploadPartCommand(part), { abortSignal: signal }), signal);
  return ETag ?? '';
}

async function complete(bucket: S3Bucket, upload: Upload, parts: CompletedPart[], mark: string): Promise<void> {
  try {
    const whole = { ...upload, MultipartUpload: { Parts: parts } };
    await bucket.call((client) => client.send(new CompleteMultipartUploadCommand(whole)));
  } catch (error) {
    // When the reply was lost, the repeated request finds no upload any more. The object then bears our mark.
    if (isMissingUpload(error) && (await isFrom(bucket, upload, mark))) return;
    throw error;
  }
}

async function isFrom(bucket: S3Bucket, { Bucket, Key }: Upload, mark: string): Promise<boolean> {
  const facts = await bucket.call((client) => client.send(new HeadObjectCommand({ Bucket, Key }))).catch(() => null);
  return facts?.Metadata?.[UPLOAD_ID] === mark;
}

/** What cannot be removed now is removed by `sweep` or the bucket's lifecycle rule. */
async function abandon(bucket: S3Bucket, upload: Upload): Promise<void> {
  try {
    await bucket.call((client) => client.send(new AbortMultipartUploadCommand(upload)));
  } catch (error) {
    if (isMissingUpload(error)) return;
    bucket.log?.warn('application', 'upload_left_behind', { bucket: bucket.name, key: upload.Key });
  }
}

function anySignal(own: AbortSignal, given?: AbortSignal): AbortSignal {
  return given ? AbortSignal.any([own, given]) : own;
}
