import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../src/core/domain/job.ts';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aJob, aLecture, aSource } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const failure = { error: { code: 'internal', detail: 'It broke.' }, cause: 'Error: broke\n at x' } as const;

/** The rules of `JobStore` and `JobEventStore`; part of `storeConformance`. */
export function jobStoreConformance(given: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = given();
  });

  const claim = (now: number, workerId = 'w1', kinds: readonly string[] = ['test']) =>
    store.jobs.claim({ kinds, workerId, now, leaseMs: 100, executedBy: 'worker' });
  const leaseOf = (job: Job) => ({ jobId: job.id, workerId: job.lease?.workerId ?? '', token: job.lease?.token ?? 0 });
  async function claimed(now: number, workerId?: string): Promise<Job> {
    const job = await claim(now, workerId);
    if (!job) throw new Error('There was no job to claim.');
    return job;
  }

  describe('claiming', () => {
    it('takes the oldest ready job of the kinds, counts the try and notes when it first began', async () => {
      await store.jobs.insert(local, aJob({ id: 'job_b', createdAt: 20 }));
      await store.jobs.insert(other, aJob({ id: 'job_a', createdAt: 10, payload: { n: 1 } }));
      await store.jobs.insert(local, aJob({ id: 'job_c', createdAt: 5, kind: 'else' }));
      const job = await claimed(50);
      expect(job).toMatchObject({
        id: 'job_a',
        ownerId: 'other',
        payload: { n: 1 },
        status: 'running',
        attempts: 1,
        executedBy: 'worker',
        startedAt: 50,
        lease: { workerId: 'w1', token: 1, expiresAt: 150 },
        transitions: [
          { status: 'queued', at: 10 },
          { status: 'running', at: 50 },
        ],
      });
      expect((await claimed(51)).id).toBe('job_b');
      expect(await claim(52)).toBeNull();
      expect(await claim(52, 'w1', [])).toBeNull();
    });

    it("takes a short job before fifty long ones that came first, the same owner's or another's", async () => {
      for (let n = 0; n < 50; n++)
        await store.jobs.insert(local, aJob({ id: `job_long_${n}`, createdAt: 10 + n, estimateMs: 3_600_000 }));
      await store.jobs.insert(local, aJob({ id: 'job_mine', createdAt: 100, estimateMs: 60_000 }));
      await store.jobs.insert(other, aJob({ id: 'job_theirs', createdAt: 101, estimateMs: 60_000 }));
      expect([(await claimed(200)).id, (await claimed(200)).id, (await claimed(200)).id]).toEqual([
        'job_mine',
        'job_theirs',
        'job_long_0',
      ]);
    });

    it('takes jobs of like length in turn from owners who wait, however much one of them has', async () => {
      for (let n = 0; n < 5; n++) await store.jobs.insert(local, aJob({ id: `job_l${n}`, createdAt: n, estimateMs: 1_000 }));
      for (let n = 0; n < 2; n++) await store.jobs.insert(other, aJob({ id: `job_o${n}`, createdAt: 10 + n, estimateMs: 1_000 }));
      const order: string[] = [];
      for (let n = 0; n < 7; n++) order.push((await claimed(100)).id);
      expect(order).toEqual(['job_l0', 'job_o0', 'job_l1', 'job_o1', 'job_l2', 'job_l3', 'job_l4']);
    });

    it('lets no long job wait for ever: what comes when its time is over comes after it', async () => {
      await store.jobs.insert(local, aJob({ id: 'job_long', createdAt: 0, estimateMs: 3_600_000 }));
      await store.jobs.insert(other, aJob({ id: 'job_late', createdAt: 3_600_000, estimateMs: 1_000 }));
      expect((await claimed(3_700_000)).id).toBe('job_long');
    });

    it('leaves a job alone until it is due', async () => {
      await store.jobs.insert(local, aJob({ createdAt: 100 }));
      expect(await claim(99)).toBeNull();
      const job = await claimed(100);
      await store.jobs.finish(leaseOf(job), { kind: 'retry', ...failure, runAfter: 500 }, 110);
      expect(await claim(499)).toBeNull();
      expect(await claim(500)).toMatchObject({ attempts: 2, startedAt: 100, lease: { token: 2 } });
    });

    it('takes over a job whose lease ran out; the old owner can no longer write', async () => {
      await store.jobs.insert(local, aJob());
      const first = await claimed(1_000, 'w1');
      expect(await claim(1_099, 'w2')).toBeNull();
      const second = await claimed(1_100, 'w2');
      expect(second).toMatchObject({ attempts: 2, startedAt: 1_000, lease: { workerId: 'w2', token: 2 } });
      expect(await store.jobs.heartbeat(leaseOf(first), { now: 1_101, leaseMs: 100, progress: 0.9 })).toBe('lost');
      expect(await store.jobs.finish(leaseOf(first), { kind: 'done', result: 'old' }, 1_102)).toBe(false);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'running', progress: 0, result: null });
      expect(await store.jobs.finish(leaseOf(second), { kind: 'done', result: 'new' }, 1_103)).toBe(true);
    });

    it('gives a job of the same worker a new token, so that its own earlier run is fenced too', async () => {
      await store.jobs.insert(local, aJob());
      const first = await claimed(1_000);
      await claimed(1_200);
      expect(await store.jobs.finish(leaseOf(first), { kind: 'done', result: 1 }, 1_201)).toBe(false);
    });

    it('fails a job whose lease ran out on its last try, says so, and takes the next', async () => {
      await store.jobs.insert(local, aJob({ id: 'job_1', maxAttempts: 1, createdAt: 1 }));
      await store.jobs.insert(local, aJob({ id: 'job_2', createdAt: 2 }));
      await claimed(10);
      const ended: Job[] = [];
      const next = await store.jobs.claim({
        kinds: ['test'],
        workerId: 'w2',
        now: 110,
        leaseMs: 100,
        executedBy: 'worker',
        onEnded: (job) => ended.push(job),
      });
      expect(next?.id).toBe('job_2');
      expect(ended.map((job) => job.id)).toEqual(['job_1']);
      const lost = await store.jobs.find(local, 'job_1');
      expect(lost).toMatchObject({
        status: 'failed',
        error: { code: 'job_lost' },
        deadLetteredAt: 110,
        finishedAt: 110,
        lease: null,
      });
      expect(lost?.cause).toContain('w1');
    });

    it('cancels a job whose worker disappeared after the cancel was asked for', async () => {
      await store.jobs.insert(local, aJob());
      await claimed(1_000);
      await store.jobs.requestCancel(local, 'job_1', 1_010);
      expect(await claim(1_100)).toBeNull();
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'cancelled', finishedAt: 1_100 });
    });

    it('gives one job to one worker when many ask at once', async () => {
      for (let i = 0; i < 5; i += 1) await store.jobs.insert(local, aJob({ id: `job_${i}` }));
      const got = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(2_000, `w${i}`)));
      const ids = got.flatMap((job) => (job ? [job.id] : []));
      expect(ids.sort()).toEqual(['job_0', 'job_1', 'job_2', 'job_3', 'job_4']);
    });
  });

  describe('heartbeats', () => {
    it('prolong the lease and store progress that never falls', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      expect(await store.jobs.heartbeat(lease, { now: 1_050, leaseMs: 100, progress: 0.5, message: 'Half.' })).toBe('held');
      expect(await store.jobs.heartbeat(lease, { now: 1_060, leaseMs: 100, progress: 0.4, message: 'Back.' })).toBe('held');
      expect(await store.jobs.heartbeat(lease, { now: 1_070, leaseMs: 100 })).toBe('held');
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        progress: 0.5,
        message: 'Back.',
        lease: { expiresAt: 1_170 },
      });
      expect(await claim(1_169, 'w2')).toBeNull();
    });

    it('tell of a cancel, and of a job that has ended or is gone', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      await store.jobs.requestCancel(local, 'job_1', 1_010);
      expect(await store.jobs.heartbeat(lease, { now: 1_020, leaseMs: 100 })).toBe('cancel-requested');
      await store.jobs.finish(lease, { kind: 'cancelled' }, 1_030);
      expect(await store.jobs.heartbeat(lease, { now: 1_040, leaseMs: 100 })).toBe('lost');
      expect(await store.jobs.heartbeat({ ...lease, jobId: 'gone' }, { now: 1_040, leaseMs: 100 })).toBe('lost');
    });
  });

  describe('outcomes', () => {
    it('done: keeps the result and ends at full progress', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      expect(await store.jobs.finish(lease, { kind: 'done', result: { exports: [1] } }, 1_500)).toBe(true);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        status: 'succeeded',
        progress: 1,
        result: { exports: [1] },
        error: null,
        finishedAt: 1_500,
        deadLetteredAt: null,
        lease: null,
      });
      expect(await store.jobs.finish(lease, { kind: 'failed', ...failure }, 1_600)).toBe(false);
    });

    it('failed: a dead letter at once, with the cause for operators', async () => {
      await store.jobs.insert(local, aJob());
      await store.jobs.finish(leaseOf(await claimed(1_000)), { kind: 'failed', ...failure }, 1_100);
      const job = await store.jobs.find(local, 'job_1');
      expect(job).toMatchObject({ status: 'failed', ...failure, deadLetteredAt: 1_100, finishedAt: 1_100, attempts: 1 });
    });

    it('retry: waits, and becomes a dead letter when the tries are used up', async () => {
      await store.jobs.insert(local, aJob({ maxAttempts: 2 }));
      const first = await claimed(1_000);
      await store.jobs.heartbeat(leaseOf(first), { now: 1_010, leaseMs: 100, progress: 0.7 });
      await store.jobs.finish(leaseOf(first), { kind: 'retry', ...failure, runAfter: 1_200 }, 1_020);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        status: 'queued',
        progress: 0.7,
        runAfter: 1_200,
        lease: null,
        finishedAt: null,
        deadLetteredAt: null,
      });
      await store.jobs.finish(leaseOf(await claimed(1_200)), { kind: 'retry', ...failure, runAfter: 1_300 }, 1_250);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        status: 'failed',
        attempts: 2,
        deadLetteredAt: 1_250,
        ...failure,
      });
    });

    it('released: back to the queue at once, and the try does not count', async () => {
      await store.jobs.insert(local, aJob({ maxAttempts: 1 }));
      await store.jobs.finish(leaseOf(await claimed(1_000)), { kind: 'released' }, 1_050);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'queued', attempts: 0, runAfter: 1_050 });
      expect(await claimed(1_050, 'w2')).toMatchObject({ attempts: 1, startedAt: 1_000, lease: { token: 2 } });
    });

    it('postponed: waits for its time or for somebody who wakes it; the try does not count and leaves no trace', async () => {
      await store.jobs.insert(local, aJob({ maxAttempts: 1, createdAt: 1 }));
      const postponed = { kind: 'postponed', message: 'Waiting for the rain.', runAfter: 5_000 } as const;
      await store.jobs.finish(leaseOf(await claimed(1_000)), postponed, 1_050);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        status: 'queued',
        attempts: 0,
        runAfter: 5_000,
        message: 'Waiting for the rain.',
        lease: null,
        error: null,
        transitions: [{ status: 'queued', at: 1 }],
      });
      expect(await claim(1_100)).toBeNull();
      expect(await store.jobs.reschedule(other, 'job_1', { runAfter: 1_100 })).toBeNull();
      expect(await store.jobs.reschedule(systemScope, 'job_1', { message: 'It drips.' })).toMatchObject({ runAfter: 5_000 });
      expect(await store.jobs.reschedule(local, 'job_1', { runAfter: 1_100 })).toMatchObject({ message: 'It drips.' });
      expect(await store.jobs.nextDueAt(['test'])).toBe(1_100);
      const again = await claimed(1_100);
      expect(again).toMatchObject({ attempts: 1 });
      expect(await store.jobs.reschedule(local, 'job_1', { runAfter: 9_000 })).toBeNull();
      await store.jobs.requestCancel(local, 'job_1', 1_150);
      await store.jobs.finish(leaseOf(again), postponed, 1_200);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'cancelled' });
    });

    it.each(['retry', 'released'] as const)('a cancel that was asked for wins over %s', async (kind) => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      await store.jobs.requestCancel(local, 'job_1', 1_010);
      await store.jobs.finish(lease, kind === 'retry' ? { kind, ...failure, runAfter: 2_000 } : { kind }, 1_020);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({
        status: 'cancelled',
        finishedAt: 1_020,
        deadLetteredAt: null,
      });
    });

    it('a run that was done before it heard of the cancel stays done', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      await store.jobs.requestCancel(local, 'job_1', 1_010);
      await store.jobs.finish(lease, { kind: 'done', result: 1 }, 1_020);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'succeeded', result: 1 });
    });

    it('keeps every change of status with its time', async () => {
      await store.jobs.insert(local, aJob({ createdAt: 1 }));
      await store.jobs.finish(leaseOf(await claimed(10)), { kind: 'retry', ...failure, runAfter: 20 }, 15);
      await store.jobs.finish(leaseOf(await claimed(20)), { kind: 'done', result: null }, 30);
      expect((await store.jobs.find(local, 'job_1'))?.transitions).toEqual([
        { status: 'queued', at: 1 },
        { status: 'running', at: 10 },
        { status: 'queued', at: 15 },
        { status: 'running', at: 20 },
        { status: 'succeeded', at: 30 },
      ]);
    });

    it('is taken back with the transaction it was written in', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      const failing = store.transaction(async (tx) => {
        await tx.courses.insert(local, aCourse());
        await tx.jobs.finish(lease, { kind: 'done', result: 1 }, 1_010);
        throw new Error('power cut');
      });
      await expect(failing).rejects.toThrow('power cut');
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'running', lease: { token: 1 } });
      expect(await store.courses.find(local, 'course-1')).toBeNull();
    });
  });

  describe('cancelling', () => {
    it('ends a waiting job at once and leaves a finished one as it is', async () => {
      await store.jobs.insert(local, aJob());
      expect(await store.jobs.requestCancel(local, 'job_1', 1_010)).toMatchObject({ status: 'cancelled', finishedAt: 1_010 });
      expect(await store.jobs.requestCancel(local, 'job_1', 1_020)).toMatchObject({ status: 'cancelled', finishedAt: 1_010 });
      expect(await claim(2_000)).toBeNull();
    });

    it('asks the worker of a running job', async () => {
      await store.jobs.insert(local, aJob());
      await claimed(1_000);
      expect(await store.jobs.requestCancel(local, 'job_1', 1_010)).toMatchObject({ status: 'running', cancelRequested: true });
    });

    it('does not reach a job of another owner', async () => {
      await store.jobs.insert(local, aJob());
      expect(await store.jobs.requestCancel(other, 'job_1', 1_010)).toBeNull();
      expect(await store.jobs.requestCancel(local, 'unknown', 1_010)).toBeNull();
      expect(await store.jobs.find(other, 'job_1')).toBeNull();
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ status: 'queued' });
    });
  });

  describe('looking jobs up', () => {
    it('filters and pages, newest first, for one owner', async () => {
      await addSource(store);
      await store.jobs.insert(local, aJob({ id: 'j1', createdAt: 1, lectureId: 'lecture-1' }));
      await store.jobs.insert(local, aJob({ id: 'j2', createdAt: 2, kind: 'index', parentJobId: 'j1' }));
      await store.jobs.insert(local, aJob({ id: 'j3', createdAt: 3, lectureId: 'lecture-1' }));
      await store.jobs.insert(other, aJob({ id: 'j4', createdAt: 4 }));
      await claimed(10);
      const ids = async (filter: Parameters<Store['jobs']['list']>[1], scope = local): Promise<string[]> =>
        (await store.jobs.list(scope, filter, { cursor: null, limit: 10 })).items.map((job) => job.id);
      expect(await ids({})).toEqual(['j3', 'j2', 'j1']);
      expect(await ids({ status: 'running' })).toEqual(['j1']);
      expect(await ids({ kind: 'index' })).toEqual(['j2']);
      expect(await ids({ parentJobId: 'j1' })).toEqual(['j2']);
      expect(await ids({ lectureId: 'lecture-1', status: 'queued' })).toEqual(['j3']);
      expect(await ids({}, systemScope as typeof local)).toEqual(['j4', 'j3', 'j2', 'j1']); // a scope all the same
      const first = await store.jobs.list(local, {}, { cursor: null, limit: 2 });
      const second = await store.jobs.list(local, {}, { cursor: first.nextCursor, limit: 2 });
      expect(second).toMatchObject({ items: [{ id: 'j1' }], nextCursor: null });
    });

    it('finds the unfinished job of a kind for a source, or for a lecture as a whole', async () => {
      await addSource(store);
      await store.jobs.insert(local, aJob({ id: 'whole', lectureId: 'lecture-1' }));
      await store.jobs.insert(local, aJob({ id: 'part', lectureId: 'lecture-1', sourceId: 'src_1' }));
      const find = (sourceId: string | null, kind = 'test') =>
        store.jobs.findActive(local, kind, { lectureId: 'lecture-1', sourceId });
      expect((await find(null))?.id).toBe('whole');
      expect((await find('src_1'))?.id).toBe('part');
      expect(await find('src_1', 'else')).toBeNull();
      await store.jobs.requestCancel(local, 'part', 1_010);
      expect(await find('src_1')).toBeNull();
    });

    it('refuses a job for a lecture that does not exist', async () => {
      await expect(store.jobs.insert(local, aJob({ lectureId: 'none' }))).rejects.toThrow();
    });

    it('knows when something is due next', async () => {
      expect(await store.jobs.nextDueAt(['test'])).toBeNull();
      await store.jobs.insert(local, aJob({ id: 'j1', createdAt: 10 }));
      await store.jobs.insert(local, aJob({ id: 'j2', createdAt: 500 }));
      expect(await store.jobs.nextDueAt(['test'])).toBe(10);
      await claimed(10);
      expect(await store.jobs.nextDueAt(['test'])).toBe(110);
      expect(await store.jobs.nextDueAt(['else'])).toBeNull();
    });

    it('counts jobs by kind and status and knows how long the oldest waits', async () => {
      expect(await store.jobs.figures(99)).toEqual({ counts: [], kinds: [], oldestQueuedMs: 0 });
      await store.jobs.insert(local, aJob({ id: 'j1', createdAt: 10 }));
      await store.jobs.insert(other, aJob({ id: 'j2', createdAt: 30 }));
      await store.jobs.insert(other, aJob({ id: 'j3', createdAt: 40 }));
      await claimed(50);
      const figures = await store.jobs.figures(100);
      expect(figures.oldestQueuedMs).toBe(70);
      expect(figures.counts.toSorted((a, b) => a.count - b.count)).toEqual([
        { kind: 'test', status: 'running', count: 1 },
        { kind: 'test', status: 'queued', count: 2 },
      ]);
      const others = { delayed: 0, stalled: 0, deadLetters: 0 };
      expect(figures.kinds).toEqual([{ kind: 'test', queued: 2, running: 1, oldestQueuedMs: 70, ...others }]);
    });

    it('counts those that wait to be tried again, those that nobody works on any more, and dead letters, by kind', async () => {
      await store.jobs.insert(local, aJob({ id: 'j1', kind: 'a', createdAt: 10 }));
      await store.jobs.insert(local, aJob({ id: 'j2', kind: 'a', createdAt: 20 }));
      await store.jobs.insert(local, aJob({ id: 'j3', kind: 'a', createdAt: 30 }));
      await store.jobs.insert(other, aJob({ id: 'j4', kind: 'b', createdAt: 40 }));
      const take = async () => leaseOf((await claim(50, 'w1', ['a']))!);
      await store.jobs.finish(await take(), { kind: 'retry', ...failure, runAfter: 500 }, 60);
      await store.jobs.finish(await take(), { kind: 'failed', ...failure }, 60);
      await take();
      const none = { queued: 0, delayed: 0, oldestQueuedMs: 0, running: 0, stalled: 0, deadLetters: 0 };
      const b = { ...none, kind: 'b', queued: 1 };
      const a = { ...none, kind: 'a', queued: 1, running: 1, deadLetters: 1 };
      expect((await store.jobs.figures(149)).kinds).toEqual([
        { ...a, delayed: 1 },
        { ...b, oldestQueuedMs: 109 },
      ]);
      expect((await store.jobs.figures(600)).kinds).toEqual([
        { ...a, oldestQueuedMs: 100, stalled: 1 },
        { ...b, oldestQueuedMs: 560 },
      ]);
    });

    it('tells who takes over of the lease that ran out', async () => {
      await store.jobs.insert(local, aJob({ maxAttempts: 2, createdAt: 1 }));
      const stalled: Job[] = [];
      const onStalled = (job: Job): void => void stalled.push(job);
      const take = (now: number) =>
        store.jobs.claim({ kinds: ['test'], workerId: 'w1', now, leaseMs: 100, executedBy: 'worker', onStalled });
      const first = await take(10);
      expect(stalled).toEqual([]);
      await take(200);
      expect(stalled).toEqual([first]);
      expect(await take(400)).toBeNull();
      expect(stalled[1]).toMatchObject({ status: 'running', lease: { token: 2, expiresAt: 300 } });
    });

    it('removes jobs that ended long ago with their events, and keeps dead letters', async () => {
      for (const id of ['j1', 'j2', 'j3']) await store.jobs.insert(local, aJob({ id, createdAt: Number(id[1]) }));
      await store.jobEvents.append(local, { jobId: 'j1', at: 1, type: 'status', data: {} });
      await store.jobs.finish(leaseOf(await claimed(10)), { kind: 'done', result: 1 }, 20);
      await store.jobs.finish(leaseOf(await claimed(10)), { kind: 'failed', ...failure }, 20);
      expect(await store.jobs.removeFinishedBefore(20)).toBe(0);
      expect(await store.jobs.removeFinishedBefore(21)).toBe(1);
      expect(await store.jobs.find(local, 'j1')).toBeNull();
      expect(await store.jobs.find(local, 'j2')).not.toBeNull();
      expect(await store.jobs.find(local, 'j3')).not.toBeNull();
      expect(await store.jobEvents.after(local, 'j1', 0, 10)).toEqual([]);
    });
  });

  describe('events', () => {
    it('are numbered from 1 without holes, also when written together, and read on from any number', async () => {
      await store.jobs.insert(local, aJob());
      await store.jobs.insert(local, aJob({ id: 'job_2' }));
      const event = {
        jobId: 'job_1',
        at: 5,
        type: 'partial',
        data: { segments: [{ startMs: 0, endMs: 1, text: 'Hi' }] },
      } as const;
      const written = await Promise.all(Array.from({ length: 6 }, () => store.jobEvents.append(local, event)));
      expect(written.map((one) => one.seq).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await store.jobEvents.append(local, { ...event, jobId: 'job_2' })).seq).toBe(1);
      const rest = await store.jobEvents.after(local, 'job_1', 4, 10);
      expect(rest).toEqual([
        { ...event, seq: 5 },
        { ...event, seq: 6 },
      ]);
      expect(await store.jobEvents.after(local, 'job_1', 0, 2)).toHaveLength(2);
      expect(await store.jobEvents.after(other, 'job_1', 0, 2)).toEqual([]);
    });

    it('of an unknown job, or one of another owner, are refused', async () => {
      await store.jobs.insert(local, aJob());
      const event = { jobId: 'job_1', at: 5, type: 'status', data: {} } as const;
      await expect(store.jobEvents.append(other, event)).rejects.toMatchObject({ code: 'job_not_found' });
      await expect(store.jobEvents.append(local, { ...event, jobId: 'gone' })).rejects.toMatchObject({ code: 'job_not_found' });
    });

    it('do not disturb the owner of a job that writes at the same time', async () => {
      await store.jobs.insert(local, aJob());
      const lease = leaseOf(await claimed(1_000));
      const event = { jobId: 'job_1', at: 5, type: 'progress', data: {} } as const;
      const beats = Array.from({ length: 5 }, (_, i) =>
        store.jobs.heartbeat(lease, { now: 1_000 + i, leaseMs: 100, progress: i / 10 }),
      );
      await Promise.all([...beats, ...beats.map(() => store.jobEvents.append(local, event))]);
      expect(await Promise.all(beats)).toEqual(['held', 'held', 'held', 'held', 'held']);
      expect(await store.jobs.find(local, 'job_1')).toMatchObject({ progress: 0.4, lease: { token: 1 } });
    });
  });
}

async function addSource(store: Store): Promise<void> {
  await store.courses.insert(local, aCourse());
  await store.lectures.insert(local, aLecture());
  await store.sources.insert(local, aSource());
}
