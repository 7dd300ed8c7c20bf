import { AppError } from '../../core/domain/app-error.ts';
import type { JobEvent } from '../../core/domain/job.ts';
import type { JobEventStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, JobEventRow } from './tables.ts';

export function jobEventStore(db: Db): JobEventStore {
  return {
    async append(scope, { jobId, at, type, data }) {
      const seq = await atomically(db, async (tx) => {
        // The counter in the job's row gives numbers without holes, and locks the row where rows are locked.
        const job = await tx
          .updateTable('jobs')
          .set((eb) => ({ lastEventSeq: eb('lastEventSeq', '+', 1) }))
          .where(within(scope, 'jobs'))
          .where('id', '=', jobId)
          .returning('lastEventSeq')
          .executeTakeFirst();
        if (!job) throw new AppError('job_not_found', `There is no job "${jobId.slice(0, 80)}".`);
        await tx
          .insertInto('jobEvents')
          .values({ jobId, seq: job.lastEventSeq, at, type, dataJson: JSON.stringify(data ?? null) })
          .execute();
        return job.lastEventSeq;
      });
      return { jobId, seq, at, type, data };
    },
    async after(scope, jobId, afterSeq, limit) {
      const rows = await db
        .selectFrom('jobEvents')
        .innerJoin('jobs', 'jobs.id', 'jobEvents.jobId')
        .select(['jobEvents.jobId', 'jobEvents.seq', 'jobEvents.at', 'jobEvents.type', 'jobEvents.dataJson'])
        .where(within(scope, 'jobs'))
        .where('jobEvents.jobId', '=', jobId)
        .where('jobEvents.seq', '>', afterSeq)
        .orderBy('jobEvents.seq')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
  };
}

function toEvent(row: JobEventRow): JobEvent {
  const type = row.type as JobEvent['type']; // only `append` writes the column
  return { jobId: row.jobId, seq: row.seq, at: row.at, type, data: JSON.parse(row.dataJson) as unknown };
}
