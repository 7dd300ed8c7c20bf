import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';

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
      for (const range of ranges(from.sizeBytes, bucket.limits.copyPartBytes)) {
        const part = { ...upload, ...source, CopySourceRange: range, PartNumber: parts.length + 1 };
        const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
        parts.push({ PartNumber: part.PartNumber, ETag: CopyPartResult?.ETag });
      }
      await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {}); // the first error is the one to tell
      throw error;
    }
  });
}

function* ranges(sizeBytes: number, partBytes: number): Generator<string> {
  for (let start = 0; start < sizeBytes; start += partBytes) {
    yield `bytes=${start}-${Math.min(start + partBytes, sizeBytes) - 1}`;
  }
}

/** The header is decoded by S3, so `+` or `%` in a prefix must be written as such. */
function encodedSource(bucket: S3Bucket, name: string): string {
  return `${bucket.name}/${name.split('/').map(encodeURIComponent).join('/')}`;
}
