import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AppError } from '../../core/domain/app-error.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { Blobs, StoredBlob } from '../../core/ports/blobs.ts';
import { onDisk } from '../disk/disk-errors.ts';
import { clearTemporaryFolder } from '../disk/temporary-files.ts';
import { withDownload } from '../object-storage/download.ts';
import { lifetimeOf } from '../object-storage/signed-download.ts';
import { objectName, placeOfObject } from '../object-storage/object-name.ts';
import { resumeReading } from '../object-storage/resume-reading.ts';
import { copyInS3 } from './copy-in-s3.ts';
import { s3Bucket, type S3BlobsOptions, type S3Bucket } from './s3-bucket.ts';
import { isMissingObject } from './s3-errors.ts';
import { sweepS3Uploads } from './sweep-s3-uploads.ts';
import { uploadToS3 } from './upload-to-s3.ts';

export type S3Blobs = Required<Omit<Blobs, 'freeBytes'>>;

/**
 * Blobs as objects `PREFIX/OWNER/KEY` of a bucket of S3, or of any server that speaks its protocol. Connects at first use.
 * Give the bucket a lifecycle rule that ends incomplete multipart uploads after a week, or call `sweep` daily.
 *
 * @throws AppError `configuration_invalid`; `storage_unavailable` when `temporaryDir` cannot be used
 */
export async function openS3Blobs(options: S3BlobsOptions): Promise<S3Blobs> {
  const bucket = s3Bucket(options);
  const downloads = join(options.temporaryDir, 's3-downloads');
  await onDisk(() => clearTemporaryFolder(downloads));
  let provenWritable = false;
  const nameOf = (scope: Scope, key: string): string => objectName(bucket.prefix, scope, key);

  return {
    put: async (scope, key, data, putOptions = {}) => uploadToS3(bucket, nameOf(scope, key), data, putOptions),
    move,
    stat: async (scope, key) => {
      const found = await factsOf(bucket, nameOf(scope, key));
      return found && { sizeBytes: found.sizeBytes };
    },
    read,
    withFile: async (scope, key, work) => withDownload(downloads, await read(scope, key), work),
    async remove(scope, key) {
      const name = nameOf(scope, key);
      await removeObject(name);
    },
    uri: (scope, key) => `s3://${bucket.name}/${nameOf(scope, key)}`,
    check,
    async signedUrl(scope, key, { expiresSeconds, disposition, mediaType }) {
      const expiresIn = lifetimeOf(expiresSeconds);
      const object = { ...at(bucket, nameOf(scope, key)), ResponseContentType: mediaType };
      const command = new GetObjectCommand({ ...object, ResponseContentDisposition: disposition });
      return bucket.call((client) => getSignedUrl(client, command, { expiresIn }));
    },
    sweep: async () => sweepS3Uploads(bucket, Date.now()),
    stored: () => storedInS3(bucket),
    place: (scope, key) => nameOf(scope, key).slice(bucket.prefix.length),
    async removeStored({ place, version }) {
      const name = bucket.prefix + place;
      const facts = await factsOf(bucket, name);
      if (facts === null || versionOf(facts) !== version) return false;
      await removeObject(name);
      return true;
    },
    async close() {
      bucket.client.destroy();
    },
  };

  async function move(scope: Scope, from: string, to: string): Promise<void> {
    const source = { name: nameOf(scope, from), target: nameOf(scope, to) };
    const facts = await present(source.name);
    if (source.name === source.target) return;
    await copyInS3(bucket, { name: source.name, ...facts }, source.target);
    await removeObject(source.name);
  }

  async function read(scope: Scope, key: string, range?: { start: number; end: number }): Promise<Readable> {
    const name = nameOf(scope, key);
    const { sizeBytes, etag } = await present(name);
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? sizeBytes - 1, sizeBytes - 1);
    if (start > end) return Readable.from([], { objectMode: false });
    // With the tag, a stream that goes on after a break never mixes two files.
    const open = async (position: number): Promise<Readable> => {
      const wanted = { ...at(bucket, name), Range: `bytes=${position}-${end}`, IfMatch: etag };
      const { Body } = await bucket.call((client) => client.send(new GetObjectCommand(wanted)));
      return Body as Readable; // under Node the SDK gives the response itself
    };
    return resumeReading(open, { start, end, idleTimeoutMs: bucket.limits.idleTimeoutMs }).catch((error: unknown) => {
      throw isMissingObject(error) ? notFound(error) : error;
    });
  }

  async function present(name: string): Promise<Facts> {
    const facts = await factsOf(bucket, name);
    if (facts) return facts;
    throw notFound();
  }

  async function removeObject(name: string): Promise<void> {
    await bucket
      .call((client) => client.send(new DeleteObjectCommand(at(bucket, name))))
      .catch((error: unknown) => {
        if (!isMissingObject(error)) throw error; // S3 says nothing, some servers say 404
      });
  }

  /** Writes once; afterwards it only asks for the bucket, since health is asked often and each write costs money. */
  async function check(): Promise<void> {
    const abortSignal = AbortSignal.timeout(bucket.limits.checkTimeoutMs);
    const probe = at(bucket, `${bucket.prefix}.check`);
    try {
      await bucket.call((client) => (provenWritable ? askForBucket(client) : writeProbe(client)));
      provenWritable = true;
    } catch (error) {
      provenWritable = false;
      throw error;
    }
    async function askForBucket(client: S3Client): Promise<void> {
      await client.send(new HeadBucketCommand({ Bucket: bucket.name }), { abortSignal });
    }
    async function writeProbe(client: S3Client): Promise<void> {
      await client.send(new PutObjectCommand({ ...probe, Body: 'x' }), { abortSignal });
      await client.send(new DeleteObjectCommand(probe), { abortSignal });
    }
  }
}

interface Facts {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly writtenAt: number;
}

function at(bucket: S3Bucket, name: string): { Bucket: string; Key: string } {
  return { Bucket: bucket.name, Key: name };
}

/** Null when there is no such object. A reply to HEAD has no body, so a missing bucket looks the same. */
async function factsOf(bucket: S3Bucket, name: string): Promise<Facts | null> {
  try {
    const { ContentLength, ETag, LastModified } = await bucket.call((client) =>
      client.send(new HeadObjectCommand(at(bucket, name))),
    );
    return { sizeBytes: ContentLength ?? 0, etag: ETag ?? '', writtenAt: LastModified?.getTime() ?? 0 };
  } catch (error) {
    if (isMissingObject(error)) return null;
    throw error;
  }
}

/** To the second: the head of a reply tells no more, a list does. */
function versionOf({ etag, writtenAt }: Pick<Facts, 'etag' | 'writtenAt'>): string {
  return `${etag} ${Math.floor(writtenAt / 1000)}`;
}

async function* storedInS3(bucket: S3Bucket): AsyncGenerator<StoredBlob> {
  let token: string | undefined;
  do {
    const query = { Bucket: bucket.name, Prefix: bucket.prefix, ...(token !== undefined && { ContinuationToken: token }) };
    const page: ListObjectsV2CommandOutput = await bucket.call((client) => client.send(new ListObjectsV2Command(query)));
    for (const { Key = '', ETag = '', LastModified } of page.Contents ?? []) {
      const found = placeOfObject(bucket.prefix, Key);
      if (!found || !LastModified) continue; // without its age nothing can be said of it
      const writtenAt = LastModified.getTime();
      yield { ...found, writtenAt, version: versionOf({ etag: ETag, writtenAt }) };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function notFound(cause?: unknown): AppError {
  return new AppError('source_not_found', 'The file is not in the store. It may have been removed; upload it again.', { cause });
}
