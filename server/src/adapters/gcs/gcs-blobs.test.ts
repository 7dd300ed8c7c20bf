import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { blobsConformance } from '../../../testkit/blobs.conformance.ts';
import { startGcsServer } from '../../../testkit/gcs-server.ts';
import { openGcsBlobs } from './gcs-blobs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-gcs-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

blobsConformance('GcsBlobs', async () => {
  const server = await startGcsServer();
  const blobs = await openGcsBlobs({
    bucket: server.bucket,
    prefix: 'school',
    credentialsFile: server.credentialsFile,
    apiEndpoint: server.endpoint,
    temporaryDir: await mkdtemp(join(folder, 'temporary-')),
  });
  const countFiles = async (): Promise<number> => server.objects.names.length + server.objects.unfinished.length;
  return { blobs, countFiles, close: server.close };
});
