import { purgeTrash, type PurgeDeps, type PurgeResult } from './purge-trash.ts';
import { removeOldJobs } from './remove-old-jobs.ts';

export interface UpkeepDeps extends PurgeDeps {
  /** Finished jobs are kept so many days. */
  readonly keepJobsDays?: number;
}

/** S0.6 leaves N open: a month shows what happened last, and keeps the table small. */
export const KEEP_JOBS_DAYS = 30;

/** Everything that is cleaned daily. Doing it twice does no harm. */
export async function runUpkeep(deps: UpkeepDeps, signal: AbortSignal): Promise<PurgeResult & { readonly jobs: number }> {
  const purged = await purgeTrash(deps, signal);
  const jobs = await removeOldJobs(deps, deps.keepJobsDays ?? KEEP_JOBS_DAYS);
  return { ...purged, jobs };
}
