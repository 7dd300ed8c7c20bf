import { isOurKey, isPassingKey } from '../domain/blob-key.ts';
import { ownerScope, systemScope } from '../domain/scope.ts';
import type { StoredBlob } from '../ports/blobs.ts';
import type { Blobs, Clock, Log, Store } from '../ports/index.ts';

export interface RemoveOrphansDeps {
  readonly store: Pick<Store, 'files'>;
  readonly blobs: Pick<Blobs, 'stored' | 'place' | 'removeStored'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** From the first byte of a file to its row minutes pass; what has none after so long was left by a process that was killed. */
export const ORPHAN_AFTER_MS = 24 * 60 * 60 * 1000;
/** Asked of the database at once: each question reads its tables of files. */
const BATCH = 2_000;
/** So many go in a day; the rest waits for the next, which bounds the memory. */
const MOST = 20_000;
/** Up to so many orphans are what accidents leave, however few files there are. */
const FEW = 20;

/**
 * Removes files that no row refers to and that were written more than a day ago. A file is only taken for ours by the exact form of
 * its key. When most of what lies there would go, the database is not the one of these files (an empty one, an old
 * backup): then nothing but uploads that nobody came for is removed, and the log says so. Returns how many went.
 *
 * @throws AppError `storage_unavailable`, `database_unavailable`
 */
export async function removeOrphans(deps: RemoveOrphansDeps, signal: AbortSignal): Promise<number> {
  const { orphans, kept } = await findOrphans(deps, signal);
  const lasting = orphans.filter(({ key }) => !isPassingKey(key));
  const isForeign = lasting.length > FEW && lasting.length > kept;
  if (isForeign) deps.log.error('error', 'storage.orphans-kept', { orphans: lasting.length, referred: kept });
  let removed = 0;
  const going = isForeign ? orphans.filter(({ key }) => isPassingKey(key)) : orphans;
  for (let at = 0; at < going.length; at += 100) {
    const batch = going.slice(at, at + 100);
    const referred = await referredOf(deps, batch); // again: hours may have passed since the first look
    for (const blob of batch) {
      signal.throwIfAborted();
      if (referred.has(blob.place) || !(await deps.blobs.removeStored(blob))) continue;
      deps.log.info('audit', 'storage.orphan-removed', { place: blob.place, writtenAt: blob.writtenAt });
      removed += 1;
    }
  }
  return removed;
}

async function findOrphans(deps: RemoveOrphansDeps, signal: AbortSignal): Promise<{ orphans: StoredBlob[]; kept: number }> {
  const before = deps.clock.now() - ORPHAN_AFTER_MS;
  const orphans: StoredBlob[] = [];
  let kept = 0;
  let batch: StoredBlob[] = [];
  const look = async (): Promise<void> => {
    const referred = await referredOf(deps, batch);
    for (const blob of batch) {
      if (referred.has(blob.place)) kept += 1;
      else orphans.push(blob);
    }
    batch = [];
  };
  for await (const blob of deps.blobs.stored()) {
    signal.throwIfAborted();
    if (!isOurKey(blob.key) || blob.writtenAt > before) continue;
    batch.push(blob);
    if (batch.length === BATCH) await look();
    if (orphans.length >= MOST) break;
  }
  await look();
  return { orphans, kept };
}

/** The places that a row refers to. Keys are the same for two owners, places are not. */
async function referredOf({ store, blobs }: RemoveOrphansDeps, batch: readonly StoredBlob[]): Promise<ReadonlySet<string>> {
  const rows = await store.files.referred(systemScope, [...new Set(batch.map(({ key }) => key))]);
  return new Set(rows.map(({ ownerId, key }) => blobs.place(ownerScope(ownerId), key)));
}
