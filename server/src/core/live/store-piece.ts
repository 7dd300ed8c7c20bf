import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import type { LiveRecording } from '../domain/live-recording.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../domain/upload.ts';
import type { LiveDeps, OwnerScope } from './live-deps.ts';

export type StorePieceDeps = Pick<LiveDeps, 'store' | 'blobs' | 'clock'>;

/**
 * Makes the next bytes safe, and says that sound came. Of two who write at the same place, one is refused.
 *
 * @param offsetBytes of the upload, header included
 * @throws AppError `upload_conflict` when its end is elsewhere or the recording is closed, `storage_full`, `storage_unavailable`
 */
export async function storePiece(
  deps: StorePieceDeps,
  { id, ownerId, uploadId }: Pick<LiveRecording, 'id' | 'ownerId' | 'uploadId'>,
  { offsetBytes, bytes }: { readonly offsetBytes: number; readonly bytes: Uint8Array },
): Promise<Upload> {
  const scope: OwnerScope = { kind: 'owner', ownerId };
  const key = `uploads/${uploadId}/${randomUUID()}`;
  if (!(await deps.store.uploads.noteKey(scope, uploadId, key))) throw elsewhere();
  try {
    await deps.blobs.put(scope, key, Readable.from([bytes], { objectMode: false }), { digest: false });
    const at = deps.clock.now();
    const part = { key, offsetBytes, sizeBytes: bytes.byteLength };
    return await deps.store.transaction(async (tx) => {
      const moved = await tx.uploads.addPart(scope, uploadId, part, { at, expiresAt: at + UPLOAD_KEPT_MS });
      if (!moved || !(await tx.live.touch(scope, id, at))) throw elsewhere();
      return moved;
    });
  } catch (error) {
    await discard(deps, scope, uploadId, key);
    throw error;
  }
}

/** If it cannot be removed now, it goes with the upload. */
async function discard(deps: StorePieceDeps, scope: OwnerScope, uploadId: string, key: string): Promise<void> {
  try {
    await deps.blobs.remove(scope, key);
    await deps.store.uploads.forgetKey(scope, uploadId, key);
  } catch {
    // the error that came first is the one to tell
  }
}

function elsewhere(): AppError {
  return new AppError('upload_conflict', 'Another connection has stored sound of this recording, or it was closed.');
}
