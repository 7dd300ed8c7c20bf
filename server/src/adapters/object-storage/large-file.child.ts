import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ownerScope } from '../../core/domain/scope.ts';
import type { Blobs } from '../../core/ports/blobs.ts';
import { openGcsBlobs, type GcsBlobs } from '../gcs/gcs-blobs.ts';
import type { GcsBlobsOptions } from '../gcs/gcs-bucket.ts';
import { openS3Blobs } from '../s3/s3-blobs.ts';
import type { S3BlobsOptions } from '../s3/s3-bucket.ts';

// Started by large-file.test.ts: stores and fetches a large file and says how much its memory grew meanwhile.
const { s3, gcs, sizeBytes } = JSON.parse(process.argv[2] ?? '') as {
  s3?: S3BlobsOptions;
  gcs?: GcsBlobsOptions;
  sizeBytes: number;
}; // written by the test
const blobs: Blobs = s3 ? await openS3Blobs(s3) : await openGcs();
const local = ownerScope('local');
const piece = Buffer.alloc(64 * 1024, 7);

await store(32 * 1024 * 1024); // everything is loaded and every connection made before it counts
const before = process.memoryUsage().rss;
let most = before;
const watching = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 10);
const stored = await store(sizeBytes);
const fetched = createHash('sha256');
await blobs.withFile(local, 'sources/large', (path) => pipeline(createReadStream(path), fetched));
clearInterval(watching);
process.stdout.write(JSON.stringify({ grewBytes: most - before, stored, fetched: fetched.digest('hex') }));

async function store(bytes: number): Promise<{ sizeBytes: number; sha256: string }> {
  const pieces = function* (): Generator<Buffer> {
    for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
  };
  return blobs.put(local, 'sources/large', Readable.from(pieces()));
}

async function openGcs(): Promise<GcsBlobs> {
  if (!gcs) throw new Error('The test names no store.');
  return openGcsBlobs(gcs);
}
