import type { HeldItem } from '../domain/holding.ts';
import { TRASH_DAYS } from '../domain/library.ts';
import { ownerScope, systemScope } from '../domain/scope.ts';
import type { PurgeDeps } from './purge-trash.ts';
import { tally, type RetentionShare } from './retention-report.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;
/** A dry run looks at so many; more is counted when it is done. */
const MOST_FORESEEN = 10_000;

/**
 * Removes for good the sound and words that retention put into the trash more than `TRASH_DAYS` ago. Sound is marked as
 * gone first, then its file is removed: whoever restores it in the same moment either wins whole or is told that it is
 * gone. Stopped in between, the next run removes the file.
 */
export async function purgeHoldings(
  deps: PurgeDeps,
  { dryRun }: { readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<RetentionShare> {
  const before = deps.clock.now() - TRASH_DAYS * DAY_MS;
  const removed = tally();
  if (dryRun) {
    for (const item of await deps.store.holdings.expired(systemScope, before, MOST_FORESEEN)) removed.add(item);
    return removed.share();
  }
  for (;;) {
    const batch = await deps.store.holdings.expired(systemScope, before, BATCH);
    if (batch.length === 0) return removed.share();
    for (const item of batch) {
      signal.throwIfAborted();
      if (await purgeOne(deps, item, before)) removed.add(item);
    }
  }
}

async function purgeOne(
  { store, searchIndex, blobs, clock, log }: PurgeDeps,
  item: HeldItem & { readonly blobKey: string },
  before: number,
): Promise<boolean> {
  const { ownerId, sourceId, holding, lectureId } = item;
  const scope = ownerScope(ownerId);
  const gone = await store.transaction(async (tx) => {
    const state = await tx.holdings.find(scope, sourceId, holding);
    if (holding === 'audio' && state !== null && state.goneAt !== null) return true; // an earlier run was stopped here
    const lecture = (await tx.lectures.find(scope, lectureId)) ?? (await tx.lectures.find(scope, lectureId, { trashed: true }));
    if (lecture?.pinned) return false;
    return tx.holdings.setGone(scope, sourceId, holding, { before, at: clock.now() });
  });
  if (!gone) return false;
  if (holding === 'audio') {
    await blobs.remove(scope, item.blobKey);
    await store.holdings.setCleaned(scope, sourceId, clock.now());
  } else if ((await store.transcripts.latest(scope, sourceId)) === null) {
    await searchIndex.remove(scope, sourceId);
  }
  log.info('audit', 'retention.removed', { ownerId, sourceId, holding, sizeBytes: item.sizeBytes });
  return true;
}
