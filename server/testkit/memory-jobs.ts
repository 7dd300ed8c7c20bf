import { REPLY_LIFETIME_MS } from '../src/adapters/sql/replies.ts';
import { AppError } from '../src/core/domain/app-error.ts';
import { isFinished, type Job } from '../src/core/domain/job.ts';
import { ownerOf } from '../src/core/domain/scope.ts';
import {
  cancelAsked,
  claimed,
  ended,
  holds,
  isReady,
  prolonged,
  queuedJob,
  replayed,
  rescheduled,
  type JobState,
} from '../src/core/jobs/job-transitions.ts';
import { figuresOf, type JobCount } from '../src/core/jobs/job-figures.ts';
import type { Store } from '../src/core/ports/store.ts';
import { mustExist } from './memory-library.ts';
import { byAge, drop, keyOf, paged, sees, select, type Access } from './memory-state.ts';

export function memoryJobs(access: Access): Pick<Store, 'jobs' | 'jobEvents' | 'replies'> {
  return {
    jobs: {
      insert: (scope, job) =>
        access((state) => {
          const ownerId = ownerOf(scope);
          if (job.lectureId !== null) mustExist(state.lectures, keyOf(ownerId, job.lectureId));
          if (job.sourceId !== null) mustExist(state.sources, keyOf(ownerId, job.sourceId));
          if (state.jobs.has(job.id)) throw new Error('A job of this id exists.');
          const stored = queuedJob(ownerId, structuredClone(job), waitingMs([...state.jobs.values()], { ...job, ownerId }));
          state.jobs.set(job.id, stored);
          return toJob(stored);
        }),
      find: (scope, id) =>
        access((state) => {
          const job = state.jobs.get(id);
          return job && sees(scope, job) ? toJob(job) : null;
        }),
      list: (scope, filter, page) =>
        access((state) => {
          const fits = (job: JobState): boolean =>
            (filter.status === undefined || job.status === filter.status) &&
            (filter.kind === undefined || job.kind === filter.kind) &&
            (filter.lectureId === undefined || job.lectureId === filter.lectureId) &&
            (filter.parentJobId === undefined || job.parentJobId === filter.parentJobId);
          return paged(select(state.jobs, scope, fits).map(toJob), page);
        }),
      findActive: (scope, kind, { lectureId, sourceId }) =>
        access((state) => {
          const fits = (job: JobState): boolean =>
            !isFinished(job.status) && job.kind === kind && job.lectureId === lectureId && job.sourceId === sourceId;
          const job = select(state.jobs, scope, fits).sort(byAge).at(-1);
          return job ? toJob(job) : null;
        }),
      claim: (request) =>
        access((state) => {
          for (;;) {
            const ready = [...state.jobs.values()].filter((job) => request.kinds.includes(job.kind) && isReady(job, request.now));
            const [first] = ready.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
            if (!first) return null;
            const next = claimed(first, request);
            state.jobs.set(next.id, next);
            if (first.status === 'running') request.onStalled?.(toJob(first));
            if (next.status === 'running') return toJob(next);
            request.onEnded?.(toJob(next));
          }
        }),
      heartbeat: (lease, beat) =>
        access((state) => {
          const job = state.jobs.get(lease.jobId);
          if (!job || !holds(job, lease)) return 'lost';
          state.jobs.set(job.id, prolonged(job, beat));
          return job.cancelRequested ? 'cancel-requested' : 'held';
        }),
      finish: (lease, outcome, now) =>
        access((state) => {
          const job = state.jobs.get(lease.jobId);
          if (!job || !holds(job, lease)) return false;
          state.jobs.set(job.id, structuredClone(ended(job, outcome, now)));
          return true;
        }),
      requestCancel: (scope, id, now) =>
        access((state) => {
          const job = state.jobs.get(id);
          if (!job || !sees(scope, job)) return null;
          const next = cancelAsked(job, now);
          state.jobs.set(id, next);
          return toJob(next);
        }),
      reschedule: (scope, id, change) =>
        access((state) => {
          const job = state.jobs.get(id);
          const next = job && sees(scope, job) ? rescheduled(job, change) : null;
          if (next) state.jobs.set(id, next);
          return next && toJob(next);
        }),
      nextDueAt: (kinds) =>
        access((state) => {
          const waiting = [...state.jobs.values()].filter((job) => kinds.includes(job.kind) && !isFinished(job.status));
          const due = waiting.map((job) => job.lease?.expiresAt ?? job.runAfter);
          return due.length === 0 ? null : Math.min(...due);
        }),
      figures: (now) =>
        access((state) => {
          const counts = new Map<string, JobCount>();
          for (const { kind, status, runAfter, lease } of state.jobs.values()) {
            const key = keyOf(kind, status);
            const before = counts.get(key) ?? { kind, status, count: 0, firstDueAt: Infinity, notDue: 0, leaseOver: 0 };
            counts.set(key, {
              kind,
              status,
              count: before.count + 1,
              firstDueAt: Math.min(before.firstDueAt, runAfter),
              notDue: before.notDue + (runAfter > now ? 1 : 0),
              leaseOver: before.leaseOver + (lease && lease.expiresAt <= now ? 1 : 0),
            });
          }
          return figuresOf([...counts.values()], now);
        }),
      removeFinishedBefore: (time) =>
        access((state) => {
          const old = (job: JobState): boolean => job.finishedAt !== null && job.finishedAt < time && job.deadLetteredAt === null;
          const gone = drop(state.jobs, old);
          for (const job of gone) state.events.delete(job.id);
          return gone.length;
        }),
      deadLetters: (scope, page) =>
        access((state) => paged(select(state.jobs, scope, (job) => job.deadLetteredAt !== null).map(toJob), page)),
      replay: (scope, id, now) =>
        access((state) => {
          const job = state.jobs.get(id);
          const next = job && sees(scope, job) ? replayed(job, now, waitingMs([...state.jobs.values()], job)) : null;
          if (next) state.jobs.set(id, next);
          return next && toJob(next);
        }),
      dropDeadLetter: (scope, id) =>
        access((state) => {
          const gone = drop(state.jobs, (job) => job.id === id && sees(scope, job) && job.deadLetteredAt !== null);
          for (const job of gone) state.events.delete(job.id);
          return gone.length === 1;
        }),
    },
    jobEvents: {
      append: (scope, event) =>
        access((state) => {
          const job = state.jobs.get(event.jobId);
          if (!job || !sees(scope, job)) throw new AppError('job_not_found', `There is no job "${event.jobId}".`);
          const before = state.events.get(event.jobId) ?? [];
          const stored = { ...structuredClone(event), seq: before.length + 1 };
          state.events.set(event.jobId, [...before, stored]);
          return stored;
        }),
      after: (scope, jobId, afterSeq, limit) =>
        access((state) => {
          const job = state.jobs.get(jobId);
          if (!job || !sees(scope, job)) return [];
          return (state.events.get(jobId) ?? []).filter((event) => event.seq > afterSeq).slice(0, limit);
        }),
    },
    replies: {
      begin: (scope, key, fingerprint, now, staleMs) =>
        access((state) => {
          const place = keyOf(ownerOf(scope), key);
          const found = state.replies.get(place);
          const over = found && found.reservedAt <= now - REPLY_LIFETIME_MS;
          const stale = found?.reply === null && found.fingerprint === fingerprint && found.reservedAt <= now - staleMs;
          if (!found || over || stale) {
            state.replies.set(place, { fingerprint, reservedAt: now, reply: null });
            return { state: 'new' };
          }
          if (found.fingerprint !== fingerprint) return { state: 'reused' };
          return found.reply ? { state: 'done', ...found.reply } : { state: 'busy' };
        }),
      renew: (scope, key, now) =>
        access((state) => {
          const place = keyOf(ownerOf(scope), key);
          const found = state.replies.get(place);
          if (found?.reply === null) state.replies.set(place, { ...found, reservedAt: now });
        }),
      complete: (scope, key, reply) =>
        access((state) => {
          const place = keyOf(ownerOf(scope), key);
          const found = state.replies.get(place);
          if (found?.reply === null) state.replies.set(place, { ...found, reply });
        }),
      release: (scope, key) =>
        access((state) => {
          const place = keyOf(ownerOf(scope), key);
          if (state.replies.get(place)?.reply === null) state.replies.delete(place);
        }),
      removeBefore: (time) => access((state) => void drop(state.replies, (reply) => reply.reservedAt < time)),
    },
  };
}

function waitingMs(jobs: readonly JobState[], job: Pick<JobState, 'ownerId' | 'kind' | 'estimateMs'>): number {
  return jobs
    .filter((other) => other.ownerId === job.ownerId && other.kind === job.kind && other.status === 'queued')
    .filter((other) => other.estimateMs <= job.estimateMs)
    .reduce((sum, other) => sum + other.estimateMs, 0);
}

function toJob(state: JobState): Job {
  const { lastToken: _, rank: _rank, estimateMs: _estimate, ...job } = state;
  return structuredClone(job);
}
