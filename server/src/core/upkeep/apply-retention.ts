import type { HeldItem, Holding } from '../domain/holding.ts';
import { ownerScope, systemScope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { indexAgain } from './index-again.ts';
import { purgeHoldings } from './purge-holdings.ts';
import type { PurgeDeps } from './purge-trash.ts';
import { tally, type RetentionReport } from './retention-report.ts';

/** For how long what is kept (S1.13: 30 and 14 days). */
export interface RetentionTerms {
  readonly rawAudioDays: number;
  readonly transcriptDays: number;
}

export type RetentionDeps = EnqueueDeps & PurgeDeps;

const DAY_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;

/**
 * Puts into the trash what is older than the terms say, and removes for good what was there for `TRASH_DAYS`. Sound and
 * words go apart from each other; lectures that are pinned and recordings that are worked on are left alone. Stopped in
 * between, the next run goes on.
 */
export async function applyRetention(
  deps: RetentionDeps,
  input: { readonly terms: RetentionTerms; readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<RetentionReport> {
  const { dryRun, terms } = input;
  // First, so that nothing is put into the trash and removed by one and the same run.
  const removed = await purgeHoldings(deps, { dryRun }, signal);
  const trashed = tally();
  await trashDue(deps, { holding: 'audio', days: terms.rawAudioDays, dryRun }, trashed, signal);
  await trashDue(deps, { holding: 'transcript', days: terms.transcriptDays, dryRun }, trashed, signal);
  return { dryRun, trashed: trashed.share(), removed };
}

async function trashDue(
  deps: RetentionDeps,
  what: { readonly holding: Holding; readonly days: number; readonly dryRun: boolean },
  trashed: ReturnType<typeof tally>,
  signal: AbortSignal,
): Promise<void> {
  const before = deps.clock.now() - what.days * DAY_MS;
  for (let after: HeldItem | null = null; ;) {
    const batch: readonly HeldItem[] = await deps.store.holdings.due(systemScope, what.holding, before, { after, limit: BATCH });
    for (const item of batch) {
      signal.throwIfAborted();
      if (what.dryRun || (await trashOne(deps, item))) trashed.add(item);
    }
    after = batch.at(-1) ?? null;
    if (after === null) return;
  }
}

async function trashOne(deps: RetentionDeps, item: HeldItem): Promise<boolean> {
  const { ownerId, lectureId, sourceId, holding, sizeBytes } = item;
  const scope = ownerScope(ownerId);
  // Before the words: stopped in between, the next run finds them due again. The other way round they could still be found.
  if (holding === 'transcript') await deps.searchIndex.remove(scope, sourceId);
  const done = await deps.store.transaction(async (tx) => {
    const lecture = await tx.lectures.find(scope, lectureId);
    if (!lecture || lecture.pinned) return false;
    return tx.holdings.trash(scope, sourceId, holding, deps.clock.now());
  });
  if (done) deps.log.info('audit', 'retention.trashed', { ownerId, sourceId, holding, sizeBytes });
  else if (holding === 'transcript') await indexAgain(deps, scope, item);
  return done;
}
