import type { Scope } from '../domain/scope.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Store } from '../ports/store.ts';
import { AppError } from '../domain/app-error.ts';
import { uploadNotFound } from './receive-pieces.ts';

export interface RemoveUploadDeps {
  readonly store: Pick<Store, 'uploads'>;
  readonly blobs: Pick<Blobs, 'remove'>;
}

/**
 * Gives up an upload and removes its bytes; what it became stays.
 * @throws AppError `upload_not_found`, `upload_conflict` while a job makes a recording of it
 */
export async function removeUpload(deps: RemoveUploadDeps, input: { scope: Scope; uploadId: string }): Promise<void> {
  const { scope, uploadId } = input;
  const { uploads } = deps.store;
  if (!(await uploads.find(scope, uploadId))) throw uploadNotFound(uploadId);
  // First, so that nothing is added meanwhile. Stopped after it, the daily cleaning goes on.
  if (!(await uploads.expire(scope, uploadId))) {
    throw new AppError('upload_conflict', 'All bytes are here and a job goes on with them. Cancel the job instead.');
  }
  await removeBytes(deps, scope, uploadId);
  await uploads.remove(scope, uploadId);
}

/** Removes every file that belongs to the upload, also what killed processes left. */
export async function removeBytes(deps: RemoveUploadDeps, scope: Scope, uploadId: string): Promise<void> {
  for (const key of await deps.store.uploads.keys(scope, uploadId)) {
    await deps.blobs.remove(scope, key);
    await deps.store.uploads.forgetKey(scope, uploadId, key);
  }
}
