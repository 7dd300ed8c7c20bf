import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { blobsConformance } from '../../../testkit/blobs.conformance.ts';
import { startGcsServer } from '../../../testkit/gcs-server.ts';
import { openGcsBlobs } from './gcs-blobs.ts';

let folder = '';
beforeAll(async () => {
  // Google's client warns of every credentials file that it is given by name.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  folder = await mkdtemp(join(tmpdir(), 'scholium-gcs-blobs-'));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

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
