import type { Job } from '../domain/job.ts';
import type { PageRequest } from '../domain/page.ts';
import { applyRetention, type RetentionDeps, type RetentionTerms } from '../upkeep/apply-retention.ts';
import type { RetentionReport } from '../upkeep/retention-report.ts';
import { dropAllDeadLetters, dropDeadLetter, findDeadLetter, replayAllDeadLetters, replayDeadLetter } from './dead-letters.ts';
import { queueOverview, type QueueOverview } from './queue-overview.ts';

/** What operators do, over the rows of all owners: whoever calls this has made sure that an operator asks. */
export interface OperatorUseCases {
  /** @throws AppError `job_not_found` */
  findDeadLetter(jobId: string): Promise<Job>;
  /** @throws AppError `job_not_found`, `job_active` */
  replayDeadLetter(jobId: string): Promise<Job>;
  replayAllDeadLetters(): Promise<{ readonly replayed: number; readonly skipped: number }>;
  /** @throws AppError `job_not_found` */
  dropDeadLetter(jobId: string): Promise<void>;
  dropAllDeadLetters(): Promise<number>;
  /** @throws AppError `invalid_request` for a cursor that no page gave */
  queue(page: PageRequest): Promise<QueueOverview>;
  applyRetention(
    input: { readonly dryRun: boolean },
    signal: AbortSignal,
  ): Promise<RetentionReport & { readonly terms: RetentionTerms }>;
}

/** Binds the use cases of operators to what they need. */
export function bindOperators(deps: RetentionDeps, terms: RetentionTerms): OperatorUseCases {
  return {
    findDeadLetter: (jobId) => findDeadLetter(deps, jobId),
    replayDeadLetter: (jobId) => replayDeadLetter(deps, jobId),
    replayAllDeadLetters: () => replayAllDeadLetters(deps),
    dropDeadLetter: (jobId) => dropDeadLetter(deps, jobId),
    dropAllDeadLetters: () => dropAllDeadLetters(deps),
    queue: (page) => queueOverview(deps, page),
    applyRetention: async ({ dryRun }, signal) => ({ ...(await applyRetention(deps, { terms, dryRun }, signal)), terms }),
  };
}
