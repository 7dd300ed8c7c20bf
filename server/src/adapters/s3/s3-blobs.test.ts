import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { blobsConformance } from '../../../testkit/blobs.conformance.ts';
import { startS3Server } from '../../../testkit/s3-server.ts';
import { openS3Blobs } from './s3-blobs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-s3-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

blobsConformance('S3Blobs', async () => {
  const server = await startS3Server();
  const blobs = await openS3Blobs({
    bucket: server.bucket,
    prefix: '/school/',
    endpoint: server.endpoint,
    region: null,
    temporaryDir: await mkdtemp(join(folder, 'temporary-')),
    credentials: server.keys,
  });
  return {
    blobs,
    countFiles: async () => server.objects.names.length + server.objects.unfinished.length,
    async close() {
      await blobs.close();
      await server.close();
    },
  };
});
