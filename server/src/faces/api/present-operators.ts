import type { DeadLetterReply, QueueReply, RetentionReply, RunningJobReply } from '@scholium/contract';
import type { HeldItem } from '../../core/domain/holding.ts';
import type { Job } from '../../core/domain/job.ts';
import type { JobFigures } from '../../core/jobs/job-figures.ts';
import type { RunningJob } from '../../core/operations/queue-overview.ts';
import type { RetentionTerms } from '../../core/upkeep/apply-retention.ts';
import type { RetentionReport, RetentionShare } from '../../core/upkeep/retention-report.ts';
import { presentJob } from './present.ts';

export function presentDeadLetter(job: Job): DeadLetterReply {
  const { ownerId, maxAttempts, deadLetteredAt } = job;
  return { ...presentJob(job), ownerId, maxAttempts, deadLetteredAt: iso(deadLetteredAt ?? 0) }; // a dead letter has the time
}

export function presentRunning({ job, runningMs }: RunningJob): RunningJobReply {
  const { id: jobId, kind, ownerId, lectureId, attempts, maxAttempts, progress, message, lease } = job;
  return {
    jobId,
    kind,
    ownerId,
    lectureId,
    attempts,
    maxAttempts,
    progress,
    message,
    workerId: lease?.workerId ?? null,
    runningMs: Math.round(runningMs),
    leaseExpiresAt: lease && iso(lease.expiresAt),
  };
}

export function presentFigures({ counts, kinds, oldestQueuedMs }: JobFigures): Omit<QueueReply, 'running' | 'slots'> {
  return {
    kinds: kinds.map((one) => ({ ...one, oldestQueuedMs: Math.round(one.oldestQueuedMs) })),
    counts: [...counts],
    deadLetters: kinds.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    oldestQueuedMs: Math.round(oldestQueuedMs),
  };
}

export function presentRetention(report: RetentionReport & { readonly terms: RetentionTerms }): RetentionReply {
  const { dryRun, terms, trashed, removed } = report;
  return { dryRun, ...terms, trashed: presentShare(trashed), removed: presentShare(removed) };
}

function presentShare({ count, sizeBytes, items }: RetentionShare): RetentionReply['trashed'] {
  return { count, sizeBytes, items: items.map(presentItem) };
}

function presentItem({ holding, ownerId, lectureId, sourceId, title, sizeBytes, at }: HeldItem) {
  return { holding, ownerId, lectureId, sourceId, title, sizeBytes, since: iso(at) };
}

function iso(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}
