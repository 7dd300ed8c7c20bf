import type { OwnerScope } from './api-deps.ts';
import type { Blobs } from '../../core/ports/index.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { RawAnswer } from './handler.ts';

export interface StoredFile {
  readonly scope: OwnerScope;
  readonly key: string;
  readonly mediaType: string;
  /** `Content-Disposition`. */
  readonly disposition: string;
}

export interface LeadToBucketDeps {
  readonly blobs: Pick<Blobs, 'stat' | 'signedUrl'>;
  readonly settings: { readonly signedDownloadSeconds?: number | null };
}

/**
 * Sends a client to the bucket for a file that it may have: the caller has looked. Null where the API sends the bytes itself:
 * unless an operator wants it, where files lie on a disk, for HEAD (an address is signed for GET), and when the bucket's
 * credentials cannot sign.
 *
 * @throws AppError `source_not_found` when the file is not in the bucket, which would answer with a page of its own
 */
export async function leadToBucket(
  { blobs, settings }: LeadToBucketDeps,
  method: string,
  { scope, key, mediaType, disposition }: StoredFile,
): Promise<RawAnswer | null> {
  const expiresSeconds = settings.signedDownloadSeconds ?? null;
  if (expiresSeconds === null || !blobs.signedUrl || method !== 'GET') return null;
  const location = await blobs.signedUrl(scope, key, { expiresSeconds, mediaType, disposition });
  if (location === null) return null;
  if ((await blobs.stat(scope, key)) === null)
    throw new AppError('source_not_found', 'The file is not in the store. It may have been removed; upload it again.');
  // Whoever reads a cache must not find the address, nor a browser use it when it has expired.
  return { status: 307, headers: { location, 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer' }, body: '' };
}
