import type { Blobs } from '../ports/blobs.ts';
import { systemScope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { applyRetention, type RetentionTerms } from './apply-retention.ts';
import { purgeHoldings } from './purge-holdings.ts';
import { purgeTrash, type PurgeDeps, type PurgeResult } from './purge-trash.ts';
import { removeExpiredUploads } from './remove-expired-uploads.ts';
import { removeOrphans, type RemoveOrphansDeps } from './remove-orphans.ts';
import { removeOldJobs } from './remove-old-jobs.ts';

export interface UpkeepDeps extends PurgeDeps, EnqueueDeps {
  readonly blobs: PurgeDeps['blobs'] & RemoveOrphansDeps['blobs'] & Pick<Blobs, 'sweep'>;
  readonly clock: PurgeDeps['clock'];
  /** What is older goes into the trash; null (the default) keeps everything. */
  readonly retention?: RetentionTerms | null;
  /** Finished jobs are kept so many days. */
  readonly keepJobsDays?: number;
}

/** S0.6 leaves N open: a month shows what happened last, and keeps the table small. */
export const KEEP_JOBS_DAYS = 30;

/** What was heard live is a draft: the transcript has taken its place by then, and retention knows of that only. */
const DRAFTS_KEPT_MS = 24 * 60 * 60 * 1000;

export interface UpkeepResult extends PurgeResult {
  readonly jobs: number;
  readonly uploads: number;
  /** Files that nothing refers to, and what was left half stored. */
  readonly orphans: number;
  /** Sound and words that went into the trash, and out of it for good. */
  readonly retained: { readonly trashed: number; readonly removed: number };
}

/** Everything that is cleaned daily. Doing it twice does no harm. */
export async function runUpkeep(deps: UpkeepDeps, signal: AbortSignal): Promise<UpkeepResult> {
  const purged = await purgeTrash(deps, signal);
  // What the command put into the trash is removed after its days too, though nothing new goes there by itself.
  const { trashed, removed } = deps.retention
    ? await applyRetention(deps, { terms: deps.retention, dryRun: false }, signal)
    : { trashed: { count: 0 }, removed: await purgeHoldings(deps, { dryRun: false }, signal) };
  const uploads = await removeExpiredUploads(deps, signal);
  const orphans = (await removeOrphans(deps, signal)) + ((await deps.blobs.sweep?.()) ?? 0);
  await deps.store.live.dropDrafts(systemScope, deps.clock.now() - DRAFTS_KEPT_MS);
  const jobs = await removeOldJobs(deps, deps.keepJobsDays ?? KEEP_JOBS_DAYS);
  return { ...purged, jobs, uploads, orphans, retained: { trashed: trashed.count, removed: removed.count } };
}
