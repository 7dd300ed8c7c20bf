import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { ownerScope, systemScope } from '../domain/scope.ts';
import { dispatch, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { Store } from '../ports/store.ts';

const BATCH = 100;

/** A dead letter with its cause, of whichever owner. @throws AppError `job_not_found`, also for a job that is none */
export async function findDeadLetter(deps: { readonly store: Pick<Store, 'jobs'> }, jobId: string): Promise<Job> {
  const job = await deps.store.jobs.find(systemScope, jobId);
  if (job === null || job.deadLetteredAt === null) throw noDeadLetter(jobId, job);
  return job;
}

/**
 * Runs a dead letter again: the same job, with all its tries before it. What its steps finished is not done again.
 *
 * @throws AppError `job_not_found`; `job_active` when the same work waits or runs already as another job
 */
export async function replayDeadLetter(deps: EnqueueDeps, jobId: string): Promise<Job> {
  const now = deps.clock.now();
  const job = await deps.store.transaction(async (tx) => {
    const dead = await findDeadLetter({ store: tx }, jobId);
    const twin = await findTwin(tx, dead);
    if (twin) {
      throw new AppError(
        'job_active',
        `The same work is under way as job "${twin.id}". Drop this dead letter, or wait for that.`,
      );
    }
    const replayed = await tx.jobs.replay(systemScope, jobId, now);
    if (!replayed) throw noDeadLetter(jobId, null);
    await tx.jobEvents.append(ownerScope(dead.ownerId), { jobId, at: now, type: 'status', data: { status: replayed.status } });
    return replayed;
  });
  await dispatch(deps, [job]);
  return job;
}

/** Runs again all dead letters there are now. `skipped`: the same work was under way, or somebody was quicker. */
export async function replayAllDeadLetters(deps: EnqueueDeps): Promise<{ readonly replayed: number; readonly skipped: number }> {
  let [replayed, skipped] = [0, 0];
  for (const id of await allIds(deps)) {
    try {
      await replayDeadLetter(deps, id);
      replayed += 1;
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'job_active' && error.code !== 'job_not_found')) throw error;
      skipped += 1;
    }
  }
  return { replayed, skipped };
}

/** Forgets a dead letter; what it finished stays. @throws AppError `job_not_found` */
export async function dropDeadLetter(deps: { readonly store: Pick<Store, 'jobs'> }, jobId: string): Promise<void> {
  if (!(await deps.store.jobs.dropDeadLetter(systemScope, jobId))) throw noDeadLetter(jobId, null);
}

/** Forgets all dead letters there are now; returns how many. */
export async function dropAllDeadLetters(deps: { readonly store: Pick<Store, 'jobs'> }): Promise<number> {
  let dropped = 0;
  for (const id of await allIds(deps)) if (await deps.store.jobs.dropDeadLetter(systemScope, id)) dropped += 1;
  return dropped;
}

/** Collected first, oldest last to come back first: one that fails again at once is not taken twice. */
async function allIds(deps: { readonly store: Pick<Store, 'jobs'> }): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await deps.store.jobs.deadLetters(systemScope, { cursor, limit: BATCH });
    ids.push(...page.items.map((job) => job.id));
    cursor = page.nextCursor;
    if (cursor === null) return ids.reverse();
  }
}

/** The same work for the same recording or lecture, asked for again by somebody who did not wait for a replay. */
async function findTwin(tx: Store, { ownerId, kind, lectureId, sourceId, payload }: Job): Promise<Job | null> {
  if (lectureId === null) return null;
  const active = await tx.jobs.findActive(ownerScope(ownerId), kind, { lectureId, sourceId });
  return active && isDeepStrictEqual(active.payload, payload) ? active : null;
}

function noDeadLetter(id: string, job: Job | null): AppError {
  const known =
    job === null ? `There is no dead letter "${id.slice(0, 80)}".` : `The job "${id}" is no dead letter: it is ${job.status}.`;
  return new AppError(
    'job_not_found',
    `${known} They are listed by "scholium dead-letters list" and GET /api/admin/dead-letters.`,
  );
}
