import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { File } from '@google-cloud/storage';
import { AppError } from '../../core/domain/app-error.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { Blobs, StoredBlob } from '../../core/ports/blobs.ts';
import { onDisk } from '../disk/disk-errors.ts';
import { clearTemporaryFolder } from '../disk/temporary-files.ts';
import { withDownload } from '../object-storage/download.ts';
import { objectName, placeOfObject } from '../object-storage/object-name.ts';
import { resumeReading } from '../object-storage/resume-reading.ts';
import { lifetimeOf } from '../object-storage/signed-download.ts';
import { gcsBucket, type GcsBlobsOptions, type GcsBucket } from './gcs-bucket.ts';
import { onGcs, refused, statusOf } from './gcs-errors.ts';
import { uploadToGcs } from './upload-to-gcs.ts';

/** No `sweep`: an upload that nobody finishes is invisible, is not paid for, and ends by itself after a week. */
export type GcsBlobs = Required<Omit<Blobs, 'sweep' | 'freeBytes' | 'close'>>;

/**
 * Blobs as objects `PREFIX/OWNER/KEY` of a bucket of Google Cloud Storage. Connects at first use. The account needs the
 * role Storage Object Admin on the bucket, and signed addresses the key of a service account (or the right to sign for it).
 *
 * @throws AppError `configuration_invalid`; `storage_unavailable` when `temporaryDir` cannot be used
 */
export async function openGcsBlobs(options: GcsBlobsOptions): Promise<GcsBlobs> {
  const bucket = gcsBucket(options);
  const downloads = join(options.temporaryDir, 'gcs-downloads');
  await onDisk(() => clearTemporaryFolder(downloads));
  let provenWritable = false;
  const nameOf = (scope: Scope, key: string): string => objectName(bucket.prefix, scope, key);

  return {
    put: async (scope, key, data, putOptions = {}) => uploadToGcs(bucket, nameOf(scope, key), data, putOptions),
    move,
    stat: async (scope, key) => {
      const found = await factsOf(bucket, nameOf(scope, key));
      return found && { sizeBytes: found.sizeBytes };
    },
    read,
    withFile: async (scope, key, work) => withDownload(downloads, await read(scope, key), work),
    async remove(scope, key) {
      await removeObject(bucket, nameOf(scope, key));
    },
    uri: (scope, key) => `gs://${bucket.name}/${nameOf(scope, key)}`,
    stored: () => storedInGcs(bucket),
    place: (scope, key) => nameOf(scope, key).slice(bucket.prefix.length),
    removeStored: async ({ place, version }) => removeObject(bucket, bucket.prefix + place, version),
    check,
    async signedUrl(scope, key, { expiresSeconds, disposition, mediaType }) {
      const expires = Date.now() + lifetimeOf(expiresSeconds) * 1000;
      const shown = { responseDisposition: disposition, responseType: mediaType };
      return signed(bucket.client.file(nameOf(scope, key)), { ...shown, expires });
    },
  };

  /** On the side of the store, of any size. Both steps name the generation they mean, so a newer file is never removed. */
  async function move(scope: Scope, from: string, to: string): Promise<void> {
    const [source, target] = [nameOf(scope, from), nameOf(scope, to)];
    const { generation } = await present(source);
    if (source === target) return;
    await copyInGcs(bucket, { name: source, generation }, target);
    await removeObject(bucket, source, generation);
  }

  async function read(scope: Scope, key: string, range?: { start: number; end: number }): Promise<Readable> {
    const name = nameOf(scope, key);
    const { sizeBytes, generation } = await present(name);
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? sizeBytes - 1, sizeBytes - 1);
    if (start > end) return Readable.from([], { objectMode: false });
    const path = `${objectPath(name)}?alt=media&generation=${generation}`;
    // With the generation, a stream that goes on after a break never mixes two files.
    const open = async (position: number): Promise<Readable> =>
      onGcs(bucket.name, () => bucket.persist(() => openMedia(bucket, path, `bytes=${position}-${end}`)));
    return resumeReading(open, { start, end, idleTimeoutMs: bucket.limits.idleTimeoutMs }).catch((error: unknown) => {
      throw statusOf(error) === 404 ? notFound(error) : error;
    });
  }

  async function present(name: string): Promise<Facts> {
    const facts = await factsOf(bucket, name);
    if (facts) return facts;
    throw notFound();
  }

  /** Writes once; afterwards it only lists, since health is asked often and each write costs money. */
  async function check(): Promise<void> {
    try {
      await inTime(provenWritable ? listNothing() : writeProbe(), bucket.limits.checkTimeoutMs);
      provenWritable = true;
    } catch (error) {
      provenWritable = false;
      throw error;
    }
  }

  async function writeProbe(): Promise<void> {
    const probe = `${bucket.prefix}.check`;
    await uploadToGcs(bucket, probe, Readable.from(['x']), {});
    await removeObject(bucket, probe);
  }

  async function listNothing(): Promise<void> {
    const { status } = await bucket.ask('GET', `/o?maxResults=1&prefix=${encodeURIComponent(`${bucket.prefix}.check`)}`);
    if (status !== 200) throw refused(bucket.name, status);
  }
}

interface Facts {
  readonly sizeBytes: number;
  readonly generation: string;
}

/** Null when there is no such object. @throws AppError `storage_unavailable` */
async function factsOf(bucket: GcsBucket, name: string): Promise<Facts | null> {
  const { status, data } = await bucket.ask('GET', `${objectPath(name)}?fields=size,generation`);
  if (status === 404) return null;
  if (status !== 200) throw refused(bucket.name, status);
  const { size, generation } = data as { size: string; generation: string }; // as Google documents it
  return { sizeBytes: Number(size), generation };
}

/** On the side of the store, of any size, in as many steps as it wants. Repeating it is harmless. */
async function copyInGcs(bucket: GcsBucket, source: { name: string; generation: string }, target: string): Promise<void> {
  const path = `${objectPath(source.name)}/rewriteTo/b/${bucket.name}${objectPath(target)}?sourceGeneration=${source.generation}`;
  for (let token: string | undefined = ''; token !== undefined;) {
    const from: string = token === '' ? '' : `&rewriteToken=${encodeURIComponent(token)}`;
    const { status, data } = await bucket.ask('POST', `${path}${from}`);
    if (status === 404) throw notFound();
    if (status !== 200) throw refused(bucket.name, status);
    const { done, rewriteToken } = data as { done: boolean; rewriteToken?: string }; // as Google documents it
    token = done ? undefined : rewriteToken;
  }
}

/** With a generation, a newer file under the name stays. False when nothing was removed. */
async function removeObject(bucket: GcsBucket, name: string, generation?: string): Promise<boolean> {
  const condition = generation === undefined ? '' : `?ifGenerationMatch=${generation}`;
  const { status } = await bucket.ask('DELETE', `${objectPath(name)}${condition}`);
  if (![200, 204, 404, 412].includes(status)) throw refused(bucket.name, status);
  return status < 300;
}

async function* storedInGcs(bucket: GcsBucket): AsyncGenerator<StoredBlob> {
  const query = `prefix=${encodeURIComponent(bucket.prefix)}&fields=nextPageToken,items(name,generation,timeCreated)`;
  for (let token: string | undefined = ''; token !== undefined;) {
    const from: string = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
    const { status, data } = await bucket.ask('GET', `/o?${query}${from}`);
    if (status !== 200) throw refused(bucket.name, status);
    const page = data as ObjectList; // as Google documents it
    for (const { name, generation, timeCreated } of page.items ?? []) {
      const found = placeOfObject(bucket.prefix, name);
      if (found) yield { ...found, writtenAt: Date.parse(timeCreated), version: generation };
    }
    token = page.nextPageToken;
  }
}

interface ObjectList {
  readonly items?: readonly { readonly name: string; readonly generation: string; readonly timeCreated: string }[];
  readonly nextPageToken?: string;
}

async function openMedia(bucket: GcsBucket, path: string, range: string): Promise<Readable> {
  const url = `${bucket.endpoint}/storage/v1/b/${bucket.name}${path}`;
  const headers = { range, 'accept-encoding': 'identity' };
  const timeoutMs = bucket.limits.idleTimeoutMs;
  const { status, data } = await bucket.request({ method: 'GET', url, headers, responseType: 'stream', timeoutMs });
  const body = data instanceof Readable ? data : Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]); // fetch's
  if (status === 206) return body;
  body.destroy();
  throw refused(bucket.name, status);
}

function objectPath(name: string): string {
  return `/o/${encodeURIComponent(name)}`;
}

/** Null where the credentials cannot sign. */
async function signed(
  file: File,
  options: { expires: number; responseDisposition: string; responseType: string },
): Promise<string | null> {
  try {
    const [url] = await file.getSignedUrl({ version: 'v4', action: 'read', ...options });
    return url;
  } catch (error) {
    if (error instanceof Error && error.name === 'SigningError') return null;
    throw error;
  }
}

async function inTime(work: Promise<void>, limitMs: number): Promise<void> {
  const stop = new AbortController();
  work.catch(() => {}); // when it is too late, nobody asks for it
  const tooLate = delay(limitMs, undefined, { signal: stop.signal }).then(() => {
    throw new AppError('storage_unavailable', 'Google Cloud Storage does not answer. Check that this machine can reach it.');
  });
  try {
    await Promise.race([work, tooLate]);
  } finally {
    stop.abort();
    tooLate.catch(() => {});
  }
}

function notFound(cause?: unknown): AppError {
  return new AppError('source_not_found', 'The file is not in the store. It may have been removed; upload it again.', { cause });
}
