import type { Readable } from 'node:stream';
import { AppError } from '../../core/domain/app-error.ts';
import type { BlobInfo } from '../../core/ports/blobs.ts';
import { cutIntoParts } from '../object-storage/cut-into-parts.ts';
import { measureBody, type PutOptions } from '../object-storage/measure-body.ts';
import type { GcsBucket, GcsReply } from './gcs-bucket.ts';
import { GcsRefusal, isPassing, onGcs, refused, statusOf } from './gcs-errors.ts';

/**
 * Streams a body to an object by a resumable upload, chunk by chunk: one chunk is held until Google has it, another is
 * filled. The object appears with the last chunk, which is sent only when the whole body has been read without error;
 * it is the point of no return, so it does not heed the signal.
 *
 * The SDK signs the requests, but its `createWriteStream` is not used: it waits for a chunk without a time limit, counts
 * failures over the whole upload (three in ten hours end it), and leaves the session of an aborted upload open.
 * Source: Google, "Resumable uploads" (JSON API).
 */
export async function uploadToGcs(bucket: GcsBucket, name: string, data: Readable, options: PutOptions): Promise<BlobInfo> {
  // A body may break off before its first piece is asked for; reading it then throws what is ignored here.
  data.on('error', () => {});
  const { signal } = options;
  const body = measureBody(data, options, true);
  let session: string | null = null;
  try {
    let start = 0;
    for await (const { bytes, last } of cutIntoParts(body.pieces, bucket.limits.chunkBytes)) {
      session ??= await startSession(bucket, name);
      const chunk: Chunk = { bytes, start, end: last ? { total: start + bytes.byteLength, md5: body.md5() } : null };
      await sendChunk(bucket, session, chunk, last ? undefined : signal);
      start += bytes.byteLength;
    }
    return body.info();
  } catch (error) {
    if (session !== null) await cancel(bucket, session);
    throw error;
  } finally {
    data.destroy();
  }
}

interface Chunk {
  readonly bytes: Buffer;
  /** Its place in the object. */
  readonly start: number;
  /** Of the last one: the size of the object, and its checksum in base64. */
  readonly end: { readonly total: number; readonly md5: string } | null;
}

/**
 * Not to be aborted, so that the address of every session that is made is known and can be cancelled. Asking twice makes
 * two, of which one is never used and costs nothing.
 */
async function startSession(bucket: GcsBucket, name: string): Promise<string> {
  const url = `${bucket.endpoint}/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&name=${encodeURIComponent(name)}`;
  const headers = { 'x-upload-content-type': 'application/octet-stream', 'content-length': '0' };
  const timeoutMs = bucket.limits.requestTimeoutMs;
  const start = async (): Promise<string> => {
    const reply = await bucket.request({ method: 'POST', url, headers, timeoutMs });
    const session = reply.headers.get('location');
    if (reply.status !== 200 || session === null) throw refused(bucket.name, reply.status);
    return session;
  };
  return onGcs(bucket.name, () => bucket.persist(start));
}

/** Sends what Google does not have yet, until it has the chunk. Google may take less than it is sent. */
async function sendChunk(bucket: GcsBucket, session: string, chunk: Chunk, signal?: AbortSignal): Promise<void> {
  let position: number | null = chunk.start;
  let held = chunk.start;
  for (let failures = 0; ;) {
    try {
      const reply = await onGcs(bucket.name, () => putBytes(bucket, session, { chunk, position, signal }), signal);
      const now = bytesHeld(bucket, chunk, reply);
      if (now === 'all') return;
      // Neither progress nor a question: a server that takes nothing must not be asked for ever.
      if (now <= held && position !== null) throw refused(bucket.name, 503);
      if (now > held) failures = 0;
      held = position = now;
    } catch (error) {
      failures += 1;
      if (signal?.aborted || failures >= bucket.limits.attempts || !isPassing(statusOf(error))) throw error;
      await bucket.pause(failures, signal);
      position = null; // it may have arrived all the same
    }
  }
}

interface Range {
  readonly chunk: Chunk;
  /** Null: only ask what Google has. */
  readonly position: number | null;
  readonly signal: AbortSignal | undefined;
}

async function putBytes(bucket: GcsBucket, session: string, { chunk, position, signal }: Range): Promise<GcsReply> {
  const total = chunk.end?.total ?? '*';
  const bytes = position === null ? Buffer.alloc(0) : chunk.bytes.subarray(position - chunk.start);
  const range = bytes.byteLength === 0 ? '*' : `${position}-${chunk.start + chunk.bytes.byteLength - 1}`;
  // The question alone must not end the upload: of an empty object `bytes */0` means both.
  const headers: Record<string, string> = {
    'content-range': position === null && total === 0 ? 'bytes */*' : `bytes ${range}/${total}`,
    ...(chunk.end && position !== null ? { 'x-goog-hash': `md5=${chunk.end.md5}` } : {}),
  };
  const timeoutMs = bucket.limits.requestTimeoutMs;
  return bucket.request({ method: 'PUT', url: session, headers, data: bytes, timeoutMs, signal });
}

/**
 * How far the object has come; 'all' when nothing of the chunk is missing and, after the last one, the object is there.
 * @throws AppError when Google refuses, has lost bytes, or stored another number of bytes than were sent
 */
function bytesHeld(bucket: GcsBucket, chunk: Chunk, reply: GcsReply): number | 'all' {
  if (reply.status === 200 || reply.status === 201) {
    const size = Number((reply.data as { size?: unknown } | null)?.size); // the description of the object, as JSON
    if (chunk.end && size === chunk.end.total) return 'all';
    throw lost('Google stored another number of bytes than were sent. Send the file again.');
  }
  if (reply.status !== 308) throw refused(bucket.name, reply.status);
  // `Range: bytes=0-41` says 42; no such header says none.
  const last = /^bytes=0-(\d+)$/.exec(reply.headers.get('range') ?? '')?.[1];
  const held = last === undefined ? 0 : Number(last) + 1;
  const end = chunk.start + chunk.bytes.byteLength;
  if (held < chunk.start || held > end) throw lost('Google lost a part of the upload. Send the file again.');
  return held === end && chunk.end === null ? 'all' : held;
}

function lost(detail: string): AppError {
  return new AppError('storage_unavailable', detail, { cause: new GcsRefusal(410) });
}

/** A session that cannot be cancelled now ends by itself after a week and is not paid for. */
async function cancel(bucket: GcsBucket, session: string): Promise<void> {
  try {
    const headers = { 'content-length': '0' };
    await bucket.request({ method: 'DELETE', url: session, headers, timeoutMs: bucket.limits.checkTimeoutMs });
  } catch {
    bucket.log?.warn('application', 'upload_left_behind', { bucket: bucket.name });
  }
}
