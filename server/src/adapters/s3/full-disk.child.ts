import { AppError } from '../../core/domain/app-error.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { openS3Blobs } from './s3-blobs.ts';

// Started by s3-faults.test.ts under a file size limit: asks for a copy of a file that is too large for it.
const { keys, key, ...rest } = JSON.parse(process.argv[2] ?? '') as {
  endpoint: string;
  bucket: string;
  prefix: string;
  temporaryDir: string;
  keys: { accessKeyId: string; secretAccessKey: string };
  key: string;
}; // written by the test
const blobs = await openS3Blobs({ ...rest, credentials: keys, region: null });
try {
  await blobs.withFile(ownerScope('local'), key, async () => 'there was space');
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, detail: error.detail }));
}
await blobs.close();
