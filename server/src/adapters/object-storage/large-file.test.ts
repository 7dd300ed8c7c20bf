import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGcsServer } from '../../../testkit/gcs-server.ts';
import { startS3Server } from '../../../testkit/s3-server.ts';

const MIB = 1024 * 1024;
const SIZE_BYTES = 200 * MIB;
/** Four parts of 16 MiB, and as much again that waits for the garbage collector. The file itself would be 200. */
const MOST_GROWTH_BYTES = 130 * MIB;

describe('a file of 200 MB', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-large-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('goes to S3 and back in flat memory', async () => {
    const server = await startS3Server();
    try {
      const s3 = { bucket: server.bucket, prefix: '', endpoint: server.endpoint, region: null, credentials: server.keys };
      await streams({ s3: { ...s3, temporaryDir: folder } });
    } finally {
      await server.close();
    }
  });

  it('goes to Google Cloud Storage and back in flat memory', async () => {
    const server = await startGcsServer();
    try {
      const { bucket, credentialsFile, endpoint } = server;
      await streams({ gcs: { bucket, prefix: '', credentialsFile, apiEndpoint: endpoint, temporaryDir: folder } });
    } finally {
      await server.close();
    }
  });
});

async function streams(store: object): Promise<void> {
  const child = join(import.meta.dirname, 'large-file.child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify({ ...store, sizeBytes: SIZE_BYTES })]);
  const sha256 = createHash('sha256').update(Buffer.alloc(SIZE_BYTES, 7)).digest('hex');
  const told = JSON.parse(stdout) as { grewBytes: number; stored: object; fetched: string }; // written by the child
  expect(told).toMatchObject({ stored: { sizeBytes: SIZE_BYTES, sha256 }, fetched: sha256 });
  expect(told.grewBytes).toBeLessThan(MOST_GROWTH_BYTES);
}
