import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import { isOurKey } from '../../core/domain/blob-key.ts';
import { placeOfObject } from '../object-storage/object-name.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { isMissingUpload } from './s3-errors.ts';

/** No upload of ours lives that long: what is older belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Removes multipart uploads of ours, known by the form of their keys, that nobody will finish, and tells how many. @throws AppError `storage_unavailable` */
export async function sweepS3Uploads(bucket: S3Bucket, nowMs: number): Promise<number> {
  let removed = 0;
  let from: object | null = {};
  while (from) {
    const query = { Bucket: bucket.name, Prefix: bucket.prefix, ...from };
    const page: ListMultipartUploadsCommandOutput = await bucket.call((client) =>
      client.send(new ListMultipartUploadsCommand(query)),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const found = placeOfObject(bucket.prefix, Key ?? '');
      if (!found || !isOurKey(found.key)) continue;
      if (!Initiated || nowMs - Initiated.getTime() < ABANDONED_AFTER_MS) continue;
      if (await abort(bucket, { Bucket: bucket.name, Key, UploadId })) removed += 1;
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
  }
  return removed;
}

type Upload = ConstructorParameters<typeof AbortMultipartUploadCommand>[0];

/** False when another process was faster. */
async function abort(bucket: S3Bucket, upload: Upload): Promise<boolean> {
  try {
    await bucket.call((client) => client.send(new AbortMultipartUploadCommand(upload)));
    return true;
  } catch (error) {
    if (isMissingUpload(error)) return false;
    throw error;
  }
}
