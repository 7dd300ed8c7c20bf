import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/** @throws AppError `job_not_found`, also for a job of another owner */
export async function findJob(deps: { store: Store }, input: { scope: Scope; jobId: string }): Promise<Job> {
  const job = await deps.store.jobs.find(input.scope, input.jobId);
  if (!job) throw jobNotFound(input.jobId);
  return job;
}

export function jobNotFound(id: string): AppError {
  return new AppError('job_not_found', `There is no job "${id.slice(0, 80)}". GET /api/jobs lists yours.`);
}
