import type { Job, JobStatus } from '../../core/domain/job.ts';
import type { JobState } from '../../core/jobs/job-transitions.ts';
import type { JobRow } from './tables.ts';

export interface StoredJob {
  readonly state: JobState;
  readonly revision: number;
}

export function toJob(state: JobState): Job {
  const { lastToken: _, rank: _rank, estimateMs: _estimate, ...job } = state;
  return job;
}

export function toRow(job: JobState): Omit<JobRow, 'revision' | 'lastEventSeq'> {
  const { payload, transitions, cancelRequested, lease, result, error, ...columns } = job;
  return {
    ...columns,
    payloadJson: JSON.stringify(payload ?? null),
    transitionsJson: JSON.stringify(transitions),
    cancelRequested: cancelRequested ? 1 : 0,
    leaseWorkerId: lease?.workerId ?? null,
    leaseExpiresAt: lease?.expiresAt ?? null,
    resultJson: JSON.stringify(result ?? null),
    errorJson: JSON.stringify(error),
  };
}

export function fromRow(row: JobRow): StoredJob {
  const {
    payloadJson,
    transitionsJson,
    leaseWorkerId,
    leaseExpiresAt,
    resultJson,
    errorJson,
    revision,
    lastEventSeq: _,
    ...columns
  } = row;
  // Only `toRow` writes these columns, from the types they are read as.
  const state: JobState = {
    ...columns,
    status: row.status as JobStatus,
    executedBy: row.executedBy as Job['executedBy'],
    payload: JSON.parse(payloadJson) as unknown,
    transitions: JSON.parse(transitionsJson) as Job['transitions'],
    cancelRequested: row.cancelRequested === 1,
    lease:
      leaseWorkerId === null || leaseExpiresAt === null
        ? null
        : { workerId: leaseWorkerId, token: row.lastToken, expiresAt: leaseExpiresAt },
    result: JSON.parse(resultJson) as unknown,
    error: JSON.parse(errorJson) as Job['error'],
  };
  return { state, revision };
}
