import type { KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { isWellSigned, writeSigningAccount } from './gcs-server-signature.ts';
import { GcsObjects, GcsProblem, json } from './gcs-server-objects.ts';
import type { Fault, Faults } from './s3-server-faults.ts';
import { startFaultyServer, type Reply } from './s3-server-http.ts';

const TOKEN = 'token-of-the-test';

export interface GcsServer {
  readonly endpoint: string;
  readonly bucket: string;
  /** Credentials of a machine elsewhere, which Google's client exchanges for a token at this server. */
  readonly credentialsFile: string;
  readonly faults: Faults;
  readonly objects: GcsObjects;
  /** Writes the key file of an account whose signed addresses this server takes; it gets no token here. */
  signingAccount(): Promise<string>;
  /** Sets the server's clock forward. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/**
 * The JSON API of Google Cloud Storage for one bucket, on a free port of this machine, for tests: resumable uploads
 * (308 and `Range`, 256 KiB steps, status questions, cancelling, checksums), downloads, copies in several steps,
 * generations and conditions, tokens, and faults on demand.
 */
export async function startGcsServer(bucket = 'recordings'): Promise<GcsServer> {
  const signing = { key: null as KeyObject | null, aheadMs: 0 };
  const server = await startFaultyServer((request, fault, { url }) => {
    if (request.url?.startsWith(`/${bucket}/`)) return download(request, { objects, bucket, signing });
    return answer(request, fault, { objects, origin: url });
  });
  const objects = new GcsObjects(bucket, server.folder);
  const credentialsFile = join(server.folder, 'credentials.json');
  const subject = join(server.folder, 'subject-token');
  await writeFile(subject, 'somebody');
  await writeFile(
    credentialsFile,
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/test/providers/test',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.url}/token`,
      credential_source: { file: subject },
    }),
  );
  return {
    endpoint: server.url,
    bucket,
    credentialsFile,
    faults: server.faults,
    objects,
    async signingAccount() {
      const path = join(server.folder, 'account.json');
      signing.key = await writeSigningAccount(path);
      return path;
    },
    advance: (ms) => void (signing.aheadMs += ms),
    close: server.close,
  };
}

/** What a signed address gives. */
async function download(
  request: IncomingMessage,
  from: { objects: GcsObjects; bucket: string; signing: { key: KeyObject | null; aheadMs: number } },
): Promise<Reply> {
  const { key, aheadMs } = from.signing;
  const url = new URL(request.url ?? '/', 'http://host');
  if (key === null || !isWellSigned(request, key, Date.now() + aheadMs))
    return new GcsProblem(403, 'SignatureDoesNotMatch').reply();
  try {
    const name = decodeURIComponent(url.pathname.slice(from.bucket.length + 2));
    return from.objects.download(request, name, url.searchParams);
  } catch (error) {
    if (error instanceof GcsProblem) return error.reply();
    throw error;
  }
}

async function answer(
  request: IncomingMessage,
  fault: Fault | null,
  { objects, origin }: { objects: GcsObjects; origin: string },
): Promise<Reply | null> {
  try {
    if (request.url === '/token') {
      const issued = 'urn:ietf:params:oauth:token-type:access_token';
      return json(200, { access_token: TOKEN, issued_token_type: issued, token_type: 'Bearer', expires_in: 3600 });
    }
    // The address of a session is a secret that stands for itself.
    const isSession = request.url?.startsWith('/upload/session/') === true;
    if (!isSession && request.headers.authorization !== `Bearer ${TOKEN}`) throw new GcsProblem(401, 'Invalid Credentials');
    if (fault === '500' || fault === '503') throw new GcsProblem(Number(fault), 'Backend Error');
    return await objects.handle(request, fault, origin);
  } catch (error) {
    if (request.destroyed && !request.complete) return null;
    request.resume(); // an error may come before the body was read
    if (error instanceof GcsProblem) return error.reply();
    throw error;
  }
}
