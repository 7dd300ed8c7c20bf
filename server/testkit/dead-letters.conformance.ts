import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../src/core/domain/job.ts';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aJob } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const all = { cursor: null, limit: 100 };
const failure = { error: { code: 'engine_failed', detail: 'The engine stopped.' }, cause: 'Error: stopped\n at x' } as const;

/** The rules of `JobStore` for jobs that used up their tries; part of `storeConformance`. */
export function deadLettersConformance(given: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = given();
  });

  const claim = (now: number) => store.jobs.claim({ kinds: ['test'], workerId: 'w1', now, leaseMs: 100, executedBy: 'worker' });
  const leaseOf = (job: Job) => ({ jobId: job.id, workerId: 'w1', token: job.lease?.token ?? 0 });
  async function fail(now: number): Promise<Job> {
    const job = await claim(now);
    if (!job) throw new Error('There was no job to claim.');
    await store.jobs.finish(leaseOf(job), { kind: 'failed', ...failure }, now + 1);
    return job;
  }

  describe('dead letters', () => {
    it('are the jobs that failed for good, newest first, a page at a time, each to its owner and all to the system', async () => {
      for (const n of [1, 2, 3]) await store.jobs.insert(local, aJob({ id: `job_${n}`, createdAt: n }));
      await store.jobs.insert(other, aJob({ id: 'job_4', createdAt: 4 }));
      for (const now of [10, 20, 30, 40]) await fail(now);
      await store.jobs.insert(local, aJob({ id: 'job_5', createdAt: 5 }));
      const first = await store.jobs.deadLetters(local, { cursor: null, limit: 2 });
      expect(first.items.map((job) => job.id)).toEqual(['job_3', 'job_2']);
      expect(first.items[0]).toMatchObject({ status: 'failed', attempts: 1, cause: failure.cause, error: failure.error });
      const second = await store.jobs.deadLetters(local, { cursor: first.nextCursor, limit: 2 });
      expect(second).toMatchObject({ items: [{ id: 'job_1' }], nextCursor: null });
      expect((await store.jobs.deadLetters(systemScope, all)).items.map((job) => job.id)).toEqual([
        'job_4',
        'job_3',
        'job_2',
        'job_1',
      ]);
    });

    it('wait again when they are replayed, with all their tries and their whole history', async () => {
      await store.jobs.insert(local, aJob({ maxAttempts: 2 }));
      await fail(2_000);
      const replayed = await store.jobs.replay(local, 'job_1', 5_000);
      expect(replayed).toMatchObject({
        status: 'queued',
        attempts: 0,
        progress: 0,
        runAfter: 5_000,
        finishedAt: null,
        deadLetteredAt: null,
        error: null,
        cause: failure.cause,
        startedAt: 2_000,
      });
      expect(replayed?.transitions.map(({ status, at }) => [status, at])).toEqual([
        ['queued', 1_000],
        ['running', 2_000],
        ['failed', 2_001],
        ['queued', 5_000],
      ]);
      expect(await store.jobs.find(local, 'job_1')).toEqual(replayed);
      expect((await store.jobs.deadLetters(local, all)).items).toEqual([]);
    });

    it('wait behind what was asked for before the replay', async () => {
      await store.jobs.insert(local, aJob({ id: 'job_1', createdAt: 1_000, estimateMs: 100 }));
      await fail(2_000);
      await store.jobs.insert(local, aJob({ id: 'job_2', createdAt: 3_000, estimateMs: 100 }));
      await store.jobs.insert(other, aJob({ id: 'job_3', createdAt: 3_300, estimateMs: 100 }));
      await store.jobs.replay(local, 'job_1', 3_250);
      // As if it were new: after its owner's own job, and by that after what another owner has asked for a moment later.
      expect([(await claim(4_000))?.id, (await claim(4_000))?.id, (await claim(4_000))?.id]).toEqual(['job_2', 'job_3', 'job_1']);
    });

    it('fence the worker that failed them: its lease is worth nothing after a replay', async () => {
      await store.jobs.insert(local, aJob());
      const before = await fail(2_000);
      await store.jobs.replay(local, 'job_1', 3_000);
      const again = await claim(3_000);
      expect(again?.lease?.token).toBeGreaterThan(before.lease?.token ?? 0);
      expect(await store.jobs.finish(leaseOf(before), { kind: 'done', result: 'old' }, 3_001)).toBe(false);
      expect(again && (await store.jobs.finish(leaseOf(again), { kind: 'done', result: 'new' }, 3_002))).toBe(true);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'succeeded', deadLetteredAt: null, cause: null });
      expect((await store.jobs.deadLetters(local, all)).items).toEqual([]);
    });

    it('become dead letters again when they fail again', async () => {
      await store.jobs.insert(local, aJob());
      await fail(2_000);
      await store.jobs.replay(local, 'job_1', 3_000);
      await fail(3_000);
      expect((await store.jobs.deadLetters(local, all)).items).toMatchObject([{ id: 'job_1', deadLetteredAt: 3_001 }]);
    });

    it('are replayed once when two ask at once', async () => {
      await store.jobs.insert(local, aJob());
      await fail(2_000);
      const asked = await Promise.all([1, 2, 3, 4].map(() => store.jobs.replay(systemScope, 'job_1', 3_000)));
      expect(asked.filter((job) => job !== null)).toHaveLength(1);
      expect((await store.jobs.find(local, 'job_1'))?.transitions).toHaveLength(4);
    });

    it('are gone with their events when they are dropped', async () => {
      await store.jobs.insert(local, aJob());
      await fail(2_000);
      await store.jobEvents.append(local, { jobId: 'job_1', at: 1, type: 'status', data: { status: 'failed' } });
      expect(await store.jobs.dropDeadLetter(local, 'job_1')).toBe(true);
      expect(await store.jobs.find(local, 'job_1')).toBeNull();
      expect(await store.jobEvents.after(local, 'job_1', 0, 10)).toEqual([]);
      expect(await store.jobs.dropDeadLetter(local, 'job_1')).toBe(false);
    });

    it('are neither replayed nor dropped when they are none, not there, or of another owner', async () => {
      await store.jobs.insert(local, aJob());
      for (const id of ['job_1', 'job_none']) {
        expect(await store.jobs.replay(local, id, 2_000)).toBeNull();
        expect(await store.jobs.dropDeadLetter(local, id)).toBe(false);
      }
      expect((await store.jobs.find(local, 'job_1'))?.transitions).toHaveLength(1);
      await fail(2_000);
      expect(await store.jobs.replay(other, 'job_1', 3_000)).toBeNull();
      expect(await store.jobs.dropDeadLetter(other, 'job_1')).toBe(false);
      expect((await store.jobs.deadLetters(local, all)).items).toHaveLength(1);
    });
  });
}
