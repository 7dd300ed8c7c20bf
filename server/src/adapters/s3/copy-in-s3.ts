import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';

/** A copy is work of the store, not of this machine: four at once are four times as fast. */
const PARTS_AT_ONCE = 4;

interface Source {
  readonly name: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Copies an object within the bucket, on the side of the store. It appears whole; repeating it is harmless. */
export async function copyInS3(bucket: S3Bucket, from: Source, to: string): Promise<void> {
  const target = { Bucket: bucket.name, Key: to };
  const source = { CopySource: encodedSource(bucket, from.name), CopySourceIfMatch: from.etag };
  if (from.sizeBytes <= bucket.limits.copyBytes) {
    await bucket.call((client) => client.send(new CopyObjectCommand({ ...target, ...source })));
    return;
  }
  await bucket.call(async (client) => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ ...target, ContentType: 'application/octet-stream' }),
    );
    const upload = { ...target, UploadId };
    try {
      const parts: CompletedPart[] = [];
      const waiting = ranges(from.sizeBytes, bucket.limits.copyPartBytes);
      const copyParts = async (): Promise<void> => {
        for (const [index, range] of waiting) {
          const part = { ...upload, ...source, CopySourceRange: range, PartNumber: index + 1 };
          const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
          parts[index] = { PartNumber: part.PartNumber, ETag: CopyPartResult?.ETag };
        }
      };
      await allEnded(Array.from({ length: PARTS_AT_ONCE }, copyParts));
      await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {}); // the first error is the one to tell
      throw error;
    }
  });
}

/** Ends only when all have ended: a part that is copied later would outlive the end of its upload. */
async function allEnded(running: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(running);
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Shared by those who copy: each part is given out once. */
function* ranges(sizeBytes: number, partBytes: number): Generator<[number, string], undefined> {
  for (let index = 0; index * partBytes < sizeBytes; index += 1) {
    yield [index, `bytes=${index * partBytes}-${Math.min((index + 1) * partBytes, sizeBytes) - 1}`];
  }
  return undefined;
}

/** The header is decoded by S3, so `+` or `%` in a prefix must be written as such. */
function encodedSource(bucket: S3Bucket, name: string): string {
  return `${bucket.name}/${name.split('/').map(encodeURIComponent).join('/')}`;
}
