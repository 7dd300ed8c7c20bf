import type { Job } from '../domain/job.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { JobFilter, Store } from '../ports/store.ts';

/** The owner's jobs, newest first. @throws AppError `invalid_request` for a cursor that no page gave */
export function listJobs(
  deps: { store: Store },
  input: { scope: Scope; filter: JobFilter; page: PageRequest },
): Promise<Page<Job>> {
  return deps.store.jobs.list(input.scope, input.filter, input.page);
}
