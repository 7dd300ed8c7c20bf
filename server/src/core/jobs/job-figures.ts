import type { JobStatus } from '../domain/job.ts';

/** Jobs of one kind and status, as a store counts them. */
export interface JobCount {
  readonly kind: string;
  readonly status: JobStatus;
  readonly count: number;
  /** The least `runAfter` of these. */
  readonly firstDueAt: number;
  /** With a `runAfter` that is still to come. */
  readonly notDue: number;
  /** With a lease that ran out. */
  readonly leaseOver: number;
}

/** What operators see of the jobs of one kind, all owners. */
export interface KindFigures {
  readonly kind: string;
  /** Those `delayed` among them. */
  readonly queued: number;
  /** Queued, to be tried again at a later time. */
  readonly delayed: number;
  /** For how long the one that waits longest could have been taken; 0 when none waits. */
  readonly oldestQueuedMs: number;
  /** Those `stalled` among them. */
  readonly running: number;
  /** Running for a worker that gave no sign of life for a lease's length, and not taken by another yet. */
  readonly stalled: number;
  /** Jobs that used up their tries or failed for good. */
  readonly deadLetters: number;
}

export interface JobFigures {
  readonly counts: readonly { readonly kind: string; readonly status: JobStatus; readonly count: number }[];
  /** Each kind that has jobs, by name. */
  readonly kinds: readonly KindFigures[];
  /** Of all kinds. */
  readonly oldestQueuedMs: number;
}

export function figuresOf(counts: readonly JobCount[], now: number): JobFigures {
  const names = [...new Set(counts.map(({ kind }) => kind))].sort();
  const kinds = names.map((kind) => figuresOfKind(kind, counts, now));
  return {
    counts: counts.map(({ kind, status, count }) => ({ kind, status, count })),
    kinds,
    oldestQueuedMs: Math.max(0, ...kinds.map(({ oldestQueuedMs }) => oldestQueuedMs)),
  };
}

function figuresOfKind(kind: string, counts: readonly JobCount[], now: number): KindFigures {
  const at = (status: JobStatus): JobCount | undefined => counts.find((one) => one.kind === kind && one.status === status);
  const [queued, running] = [at('queued'), at('running')];
  return {
    kind,
    queued: queued?.count ?? 0,
    delayed: queued?.notDue ?? 0,
    oldestQueuedMs: queued ? Math.max(0, now - queued.firstDueAt) : 0,
    running: running?.count ?? 0,
    stalled: running?.leaseOver ?? 0,
    // A job that failed for good is a dead letter until it is replayed or dropped.
    deadLetters: at('failed')?.count ?? 0,
  };
}
