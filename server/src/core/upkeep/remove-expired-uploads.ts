import { ownerScope, systemScope } from '../domain/scope.ts';
import type { Blobs, Clock, Log, Store } from '../ports/index.ts';

export interface RemoveExpiredUploadsDeps {
  readonly store: Pick<Store, 'uploads'>;
  readonly blobs: Pick<Blobs, 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

const BATCH = 100;

/**
 * Removes uploads whose time is over, with every byte that was stored for them: those nobody went on with, and the
 * records of those that ended. Files first: what is left to do stands in the rows. Returns how many went.
 */
export async function removeExpiredUploads(deps: RemoveExpiredUploadsDeps, signal: AbortSignal): Promise<number> {
  const { uploads } = deps.store;
  const before = deps.clock.now();
  let removed = 0;
  for (;;) {
    const batch = await uploads.expired(systemScope, before, BATCH);
    let went = 0;
    for (const { id, ownerId, status } of batch) {
      signal.throwIfAborted();
      const scope = ownerScope(ownerId);
      // Bytes may have come since it was listed, or a job: then it stays.
      if (!(await uploads.expire(scope, id, before))) continue;
      for (const key of await uploads.keys(scope, id)) await deps.blobs.remove(scope, key);
      await uploads.remove(scope, id);
      deps.log.info('audit', 'upload.removed', { uploadId: id, ownerId, status });
      went += 1;
    }
    removed += went;
    if (batch.length === 0 || went === 0) return removed;
  }
}
