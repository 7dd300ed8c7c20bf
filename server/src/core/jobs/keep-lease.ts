import type { Job } from '../domain/job.ts';
import { ownerScope } from '../domain/scope.ts';
import type { Clock, Events, HeldLease, LeaseGuard, Log, Store } from '../ports/index.ts';
import { makeBell } from './bell.ts';

/** Beats at least this often, so that a cancel from another process reaches the handler in half a second. */
const BEAT_MS = 500;

export interface LeaseKeeper {
  /** Progress (0..1, never falling) and what to tell people; stored and published with the next beat. */
  report(progress: number, message: string): void;
  /** Resolves when nothing more will be written or called back. */
  stop(): Promise<void>;
}

export interface KeepLeaseDeps {
  readonly store: Store;
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Log;
  /** Prolongs the lease while this process is too busy to do so; left out in tests. */
  readonly leaseGuard?: LeaseGuard | null;
}

export interface LeaseWatch {
  readonly leaseMs: number;
  readonly onCancel: () => void;
  readonly onLost: () => void;
}

/**
 * Prolongs the lease of a running job every third of its length (at most 500 ms apart), and with each beat stores
 * progress and learns of a cancel. An event of the job makes it look at once: cancelling publishes one.
 */
export function keepLease(deps: KeepLeaseDeps, job: Job, lease: HeldLease, watch: LeaseWatch): LeaseKeeper {
  const { store, events, clock, log } = deps;
  const scope = ownerScope(job.ownerId);
  const bell = makeBell(clock);
  const everyMs = Math.min(BEAT_MS, watch.leaseMs / 3);
  const stop = new AbortController();
  let progress = job.progress;
  let message = job.message;
  let published = { progress, message };
  let lastHeldAt = clock.now();

  async function beat(): Promise<void> {
    const news = { progress, message };
    const changed = news.progress !== published.progress || news.message !== published.message;
    const now = clock.now();
    const state = await store.jobs.heartbeat(lease, { now, leaseMs: watch.leaseMs, ...(changed && news) });
    if (state === 'lost') return watch.onLost();
    lastHeldAt = now;
    if (state === 'cancel-requested') watch.onCancel();
    if (!changed || stop.signal.aborted) return;
    published = news;
    await events.publish(scope, { jobId: job.id, at: now, type: 'progress', data: news });
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await beat();
      } catch (error) {
        log.warn('application', 'job.beat-failed', { jobId: job.id, cause: String(error) });
        // Nobody could be told that the job is alive for a whole lease: another worker may have it by now.
        if (clock.now() - lastHeldAt >= watch.leaseMs) watch.onLost();
      }
      if (!stop.signal.aborted) await bell.wait(everyMs);
    }
  }

  async function lookForCancel(): Promise<void> {
    const now = await store.jobs.find(scope, job.id).catch(() => null); // the next beat tells the same
    if (!stop.signal.aborted && now?.cancelRequested) watch.onCancel();
  }

  const unsubscribe = events.subscribe(job.id, () => void lookForCancel());
  const letGo = deps.leaseGuard?.hold(lease, watch.leaseMs);
  const looping = loop();
  return {
    report(fraction, text) {
      progress = Math.max(progress, Math.min(1, Number.isFinite(fraction) ? fraction : 0));
      message = text;
    },
    async stop() {
      stop.abort();
      letGo?.();
      unsubscribe();
      bell.ring();
      await looping;
    },
  };
}
