import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse } from '../../../testkit/builders.ts';
import { local, runnerWorld, untilAborted, untilAbortedHandler } from '../../../testkit/runner-world.ts';
import { AppError } from '../domain/app-error.ts';
import { ownerScope } from '../domain/scope.ts';
import { cancelJob } from './cancel-job.ts';

describe('a job that is cancelled, takes too long, is taken over or fails half-way', () => {
  let { clock, deps, start, add, find, ended, eventsOf, stop } = runnerWorld();

  beforeEach(() => {
    ({ clock, deps, start, add, find, ended, eventsOf, stop } = runnerWorld());
  });
  afterEach(() => stop());

  it('stops a job that takes too long and tries it again', async () => {
    start(untilAbortedHandler, { jobTimeoutMs: 2_000 });
    const job = await add();
    await clock.advance(2_000);
    expect(await find(job)).toMatchObject({ status: 'queued', attempts: 1, error: { code: 'job_timeout' } });
  });

  it('aborts a cancelled job at once when the cancel comes from this process', async () => {
    start(untilAbortedHandler);
    const job = await add();
    await clock.advance(10);
    await cancelJob(deps, { scope: local, jobId: job.id });
    await clock.advance(0);
    expect(await find(job)).toMatchObject({ status: 'cancelled', attempts: 1 });
    expect(await eventsOf(job)).toContainEqual({ status: 'cancelled' });
  });

  it('learns of a cancel from another process within half a second', async () => {
    start(untilAbortedHandler);
    const job = await add();
    await clock.advance(10);
    await deps.store.jobs.requestCancel(local, job.id, clock.now());
    await clock.advance(500);
    expect((await find(job)).status).toBe('cancelled');
  });

  it('cancels a waiting job at once and refuses to cancel one that has ended', async () => {
    const job = await add();
    expect(await cancelJob(deps, { scope: local, jobId: job.id })).toMatchObject({ status: 'cancelled' });
    await expect(cancelJob(deps, { scope: local, jobId: job.id })).rejects.toMatchObject({ code: 'job_not_cancellable' });
    await expect(cancelJob(deps, { scope: local, jobId: 'job_none' })).rejects.toMatchObject({ code: 'job_not_found' });
    await expect(cancelJob(deps, { scope: ownerScope('other'), jobId: job.id })).rejects.toMatchObject({ code: 'job_not_found' });
  });

  it('leaves a cancelled handler that does not end to itself, and ignores what it returns later', async () => {
    let release = (): void => {};
    start(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return async (tx) => {
        await tx.courses.insert(local, aCourse());
        return { result: 'late' };
      };
    });
    const job = await add();
    await clock.advance(10);
    await cancelJob(deps, { scope: local, jobId: job.id });
    await clock.advance(5_000);
    expect((await find(job)).status).toBe('cancelled');
    release();
    await clock.advance(10);
    expect(await find(job)).toMatchObject({ status: 'cancelled', result: null });
    expect(await deps.store.courses.find(local, 'course-1')).toBeNull();
  });

  it('writes nothing for a job that another worker took over', async () => {
    let release = (): void => {};
    start(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return async (tx) => {
        await tx.courses.insert(local, aCourse());
        return { result: 'old owner' };
      };
    });
    const job = await add();
    await clock.advance(0);
    // As if this process had been frozen for longer than its lease.
    const later = clock.now() + 60_000;
    await deps.store.jobs.claim({ kinds: ['test'], workerId: 'w2', now: later, leaseMs: 90_000, executedBy: 'worker' });
    release();
    await clock.advance(0);
    expect(await find(job)).toMatchObject({ status: 'running', lease: { workerId: 'w2', token: 2 }, result: null });
    expect(await deps.store.courses.find(local, 'course-1')).toBeNull();
    expect(deps.finished).toEqual(['lost']);
  });

  it('aborts the handler of a job that another worker took over', async () => {
    let reason: unknown = null;
    start(async (_, context) => {
      context.signal.addEventListener('abort', () => (reason = context.signal.reason));
      return untilAborted(context);
    });
    const job = await add();
    await clock.advance(0);
    await deps.store.jobs.claim({
      kinds: ['test'],
      workerId: 'w2',
      now: clock.now() + 60_000,
      leaseMs: 90_000,
      executedBy: 'worker',
    });
    await clock.advance(500);
    expect(reason).toMatchObject({ code: 'cancelled' });
    expect((await find(job)).lease?.workerId).toBe('w2');
  });

  it('takes back everything when the write fails, and tries again', async () => {
    let tries = 0;
    start(async () => async (tx) => {
      tries += 1;
      await tx.courses.insert(local, aCourse({ title: `try ${tries}` }));
      if (tries === 1) throw new Error('constraint');
      return { result: tries };
    });
    expect(await ended(await add())).toMatchObject({ status: 'succeeded', result: 2, attempts: 2 });
    expect((await deps.store.courses.find(local, 'course-1'))?.title).toBe('try 2');
  });

  it('keeps what was written at a checkpoint when the rest fails, but not after the job was lost', async () => {
    start(async ({ n }, context) => {
      if (n === 2)
        await deps.store.jobs.claim({
          kinds: ['test'],
          workerId: 'w2',
          now: clock.now() + 60_000,
          leaseMs: 9_000,
          executedBy: 'worker',
        });
      await context.checkpoint((tx) => tx.courses.insert(local, aCourse({ id: `course-${n}` })));
      throw new AppError('media_damaged', 'The rest is damaged.');
    });
    expect(await ended(await add(1))).toMatchObject({ status: 'failed' });
    expect(await deps.store.courses.find(local, 'course-1')).not.toBeNull();
    await add(2);
    await clock.advance(0);
    expect(await deps.store.courses.find(local, 'course-2')).toBeNull();
    expect(deps.finished).toEqual(['failed', 'lost']);
  });
});
