import { jobStatuses, type Job } from '../../core/domain/job.ts';
import { figuresOf } from '../../core/jobs/job-figures.ts';
import {
  cancelAsked,
  claimed,
  ended,
  holds,
  prolonged,
  queuedJob,
  replayed,
  rescheduled,
  type JobState,
} from '../../core/jobs/job-transitions.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { JobStore } from '../../core/ports/store.ts';
import { fromRow, toJob, toRow, type StoredJob } from './job-rows.ts';
import { afterCursor, toPage } from './pages.ts';
import { within } from './scoped.ts';
import type { Db, JobRow } from './tables.ts';

/**
 * Jobs, changed by reading a row, applying a rule of `job-transitions.ts` and writing it back if nobody was
 * quicker (`revision`). That is atomic on every database, without locks of its dialect.
 */
export function jobStore(db: Db): JobStore {
  return {
    async insert(scope, job) {
      const ownerId = ownerOf(scope);
      const state = queuedJob(ownerId, job, await waitingMs(db, { ...job, ownerId }));
      await db
        .insertInto('jobs')
        .values({ ...toRow(state), revision: 0, lastEventSeq: 0 })
        .execute();
      return toJob(state);
    },
    async find(scope, id) {
      const row = await db.selectFrom('jobs').selectAll().where(within(scope, 'jobs')).where('id', '=', id).executeTakeFirst();
      return row ? toJob(fromRow(row).state) : null;
    },
    async list(scope, filter, page) {
      let query = db.selectFrom('jobs').selectAll().where(within(scope, 'jobs')).where(afterCursor('jobs', page.cursor));
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
      if (filter.lectureId !== undefined) query = query.where('lectureId', '=', filter.lectureId);
      if (filter.parentJobId !== undefined) query = query.where('parentJobId', '=', filter.parentJobId);
      const rows = await query
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, (row) => toJob(fromRow(row).state));
    },
    async findActive(scope, kind, { lectureId, sourceId }) {
      const row = await db
        .selectFrom('jobs')
        .selectAll()
        .where(within(scope, 'jobs'))
        .where('status', 'in', ['queued', 'running'])
        .where('kind', '=', kind)
        .where('lectureId', '=', lectureId)
        .where('sourceId', sourceId === null ? 'is' : '=', sourceId)
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toJob(fromRow(row).state) : null;
    },
    async claim(request) {
      if (request.kinds.length === 0) return null;
      for (;;) {
        const row = await nextReady(db, request.kinds, request.now);
        if (!row) return null;
        const stored = fromRow(row);
        const next = claimed(stored.state, request);
        if (!(await replace(db, stored, next))) continue; // another worker was quicker: take the next one
        if (stored.state.status === 'running') request.onStalled?.(toJob(stored.state));
        if (next.status === 'running') return toJob(next);
        request.onEnded?.(toJob(next));
      }
    },
    async heartbeat(lease, beat) {
      const done = await change(db, lease.jobId, (job) => (holds(job, lease) ? prolonged(job, beat) : null));
      if (!done) return 'lost';
      return done.cancelRequested ? 'cancel-requested' : 'held';
    },
    async finish(lease, outcome, now) {
      const done = await change(db, lease.jobId, (job) => (holds(job, lease) ? ended(job, outcome, now) : null));
      return done !== null;
    },
    async requestCancel(scope, id, now) {
      const visible = await db
        .selectFrom('jobs')
        .select('id')
        .where(within(scope, 'jobs'))
        .where('id', '=', id)
        .executeTakeFirst();
      const done = visible ? await change(db, id, (job) => cancelAsked(job, now)) : null;
      return done && toJob(done);
    },
    async reschedule(scope, id, terms) {
      const seen = await db.selectFrom('jobs').select('id').where(within(scope, 'jobs')).where('id', '=', id).executeTakeFirst();
      const done = seen ? await change(db, id, (job) => rescheduled(job, terms)) : null;
      return done && toJob(done);
    },
    async nextDueAt(kinds) {
      if (kinds.length === 0) return null;
      // Two questions, each of which the index answers.
      const waiting = await db
        .selectFrom('jobs')
        .select((eb) => eb.fn.min('runAfter').as('at'))
        .where('status', '=', 'queued')
        .where('kind', 'in', kinds)
        .executeTakeFirst();
      const running = await db
        .selectFrom('jobs')
        .select((eb) => eb.fn.min('leaseExpiresAt').as('at'))
        .where('status', '=', 'running')
        .where('kind', 'in', kinds)
        .executeTakeFirst();
      const dueAt = [waiting?.at ?? null, running?.at ?? null].filter((at) => at !== null);
      return dueAt.length > 0 ? Math.min(...dueAt) : null;
    },
    async figures(now) {
      const rows = await db
        .selectFrom('jobs')
        // The index that jobs are taken by holds all of these columns: the rows are not read.
        .select((eb) => [
          'kind',
          'status',
          eb.fn.countAll<number>().as('count'),
          eb.fn.min('runAfter').as('firstDueAt'),
          eb.fn.count<number>(eb.case().when('runAfter', '>', now).then(1).end()).as('notDue'),
          eb.fn.count<number>(eb.case().when('leaseExpiresAt', '<=', now).then(1).end()).as('leaseOver'),
        ])
        .groupBy(['kind', 'status'])
        .execute();
      const counts = rows.map((row) => ({ ...row, status: jobStatuses.find((known) => known === row.status)! }));
      return figuresOf(counts, now);
    },
    async removeFinishedBefore(time) {
      const done = await db
        .deleteFrom('jobs')
        .where('finishedAt', '<', time)
        .where('deadLetteredAt', 'is', null)
        .executeTakeFirst();
      return Number(done.numDeletedRows);
    },
    async deadLetters(scope, page) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where(within(scope, 'jobs'))
        .where('deadLetteredAt', 'is not', null)
        .where(afterCursor('jobs', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, (row) => toJob(fromRow(row).state));
    },
    async replay(scope, id, now) {
      const dead = await db
        .selectFrom('jobs')
        .select(['ownerId', 'kind', 'estimateMs'])
        .where(within(scope, 'jobs'))
        .where('id', '=', id)
        .executeTakeFirst();
      if (!dead) return null;
      const waiting = await waitingMs(db, dead);
      const done = await change(db, id, (job) => replayed(job, now, waiting));
      return done && toJob(done);
    },
    async dropDeadLetter(scope, id) {
      const done = await db
        .deleteFrom('jobs')
        .where(within(scope, 'jobs'))
        .where('id', '=', id)
        .where('deadLetteredAt', 'is not', null)
        .executeTakeFirst();
      return Number(done.numDeletedRows) === 1;
    },
  };
}

/** What `rankOf` counts as waiting before a job: estimates of its owner's queued jobs of its kind that are not longer. */
async function waitingMs(db: Db, job: Pick<JobRow, 'ownerId' | 'kind' | 'estimateMs'>): Promise<number> {
  const waiting = await db
    .selectFrom('jobs')
    .select((eb) => eb.fn.sum<number>('estimateMs').as('ms'))
    .where('ownerId', '=', job.ownerId)
    .where('kind', '=', job.kind)
    .where('status', '=', 'queued')
    .where('estimateMs', '<=', job.estimateMs)
    .executeTakeFirst();
  return waiting?.ms ?? 0;
}

/** The first ready job (`isReady` of job-transitions.ts) of these kinds. Each question reads the index in its order up to the first hit. */
async function nextReady(db: Db, kinds: readonly string[], now: number): Promise<JobRow | null> {
  const first = db.selectFrom('jobs').selectAll().where('kind', 'in', kinds).orderBy('rank').orderBy('id').limit(1);
  const queued = await first.where('status', '=', 'queued').where('runAfter', '<=', now).executeTakeFirst();
  const lost = await first.where('status', '=', 'running').where('leaseExpiresAt', '<=', now).executeTakeFirst();
  if (!queued || !lost) return queued ?? lost ?? null;
  return lost.rank < queued.rank ? lost : queued;
}

/** Applies a rule to the job until it was not disturbed. Null when the job is gone or the rule refuses. */
async function change(db: Db, id: Job['id'], rule: (job: JobState) => JobState | null): Promise<JobState | null> {
  for (;;) {
    const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const stored = fromRow(row);
    const next = rule(stored.state);
    if (next === null || next === stored.state) return next;
    if (await replace(db, stored, next)) return next;
  }
}

async function replace(db: Db, stored: StoredJob, next: JobState): Promise<boolean> {
  const done = await db
    .updateTable('jobs')
    .set({ ...toRow(next), revision: stored.revision + 1 })
    .where('id', '=', next.id)
    .where('revision', '=', stored.revision)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}
