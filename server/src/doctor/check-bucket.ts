import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { StorageConfig } from '../config.ts';
import { LOCAL_OWNER, ownerScope } from '../core/domain/scope.ts';
import type { Blobs } from '../core/ports/blobs.ts';
import { findingOf, ok, problem, quietLog, type Finding } from './finding.ts';

const NAME = 'Bucket';

/** The buckets of the configuration; null where files lie in the data folder. `folder`: of our own. */
export function bucketOf(storage: StorageConfig, folder: string): { name: string; open: () => Promise<Blobs> } | null {
  switch (storage.mode) {
    case 'local':
      return null;
    case 's3':
      return {
        name: storage.bucket,
        async open() {
          const { openS3Blobs } = await import('../adapters/s3/s3-blobs.ts');
          return openS3Blobs({ ...storage, temporaryDir: folder, log: quietLog });
        },
      };
    case 'gcs':
      return {
        name: storage.bucket,
        async open() {
          const { openGcsBlobs } = await import('../adapters/gcs/gcs-blobs.ts');
          return openGcsBlobs({ ...storage, apiEndpoint: null, temporaryDir: folder, log: quietLog });
        },
      };
  }
}

/** Whether the bucket is there and lets us write, read and remove: does each once, with an object of its own. */
export async function checkBucket(bucket: { readonly name: string; readonly open: () => Promise<Blobs> }): Promise<Finding> {
  return findingOf(NAME, async () => {
    const blobs = await bucket.open();
    try {
      await blobs.check(); // gives up sooner than what follows when nothing answers
      return await useOnce(blobs, bucket.name);
    } finally {
      await blobs.close?.();
    }
  });
}

async function useOnce(blobs: Blobs, bucket: string): Promise<Finding> {
  const scope = ownerScope(LOCAL_OWNER);
  const [key, written] = [`doctor/${randomUUID()}`, randomUUID()];
  let read: string;
  try {
    await blobs.put(scope, key, Readable.from([written]));
    read = await text(await blobs.read(scope, key));
  } catch (error) {
    await blobs.remove(scope, key).catch(() => {}); // what went wrong first is told
    throw error;
  }
  await blobs.remove(scope, key);
  if (read !== written)
    return problem(NAME, `"${bucket}" gives back other bytes than were written.`, 'Use another object store, or mend this one.');
  if ((await blobs.stat(scope, key)) !== null)
    return problem(NAME, `"${bucket}" keeps what was removed.`, 'Allow the user of the bucket to remove objects for good.');
  return ok(NAME, `"${bucket}" can be written, read and cleared.`);
}
