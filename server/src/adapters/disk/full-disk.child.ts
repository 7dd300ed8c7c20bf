import { Readable } from 'node:stream';
import { AppError } from '../../core/domain/app-error.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { openDiskBlobs } from './disk-blobs.ts';

// Started by disk-blobs.test.ts under a file size limit: tries to replace a file by one that is too large for it.
const blobs = await openDiskBlobs({ dataDir: process.argv[2] ?? '' });
try {
  const pieces = Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024));
  await blobs.put(ownerScope('local'), 'sources/a', Readable.from(pieces));
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, detail: error.detail }));
}
