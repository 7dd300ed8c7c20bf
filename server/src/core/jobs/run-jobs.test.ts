import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse } from '../../../testkit/builders.ts';
import { kind, local, runnerWorld, speechKind, untilAborted, untilAbortedHandler } from '../../../testkit/runner-world.ts';
import { AppError } from '../domain/app-error.ts';
import { cancelJob } from './cancel-job.ts';
import { newJob } from './enqueue.ts';
import { registerJob } from './job-kind.ts';

describe('the job runner', () => {
  let { clock, deps, start, add, find, ended, eventsOf, stop } = runnerWorld();

  beforeEach(() => {
    ({ clock, deps, start, add, find, ended, eventsOf, stop } = runnerWorld());
  });
  afterEach(() => stop());

  it('runs a job at once, writes what it made with its end, and tells readers', async () => {
    start(async ({ n }) => async (tx) => {
      await tx.courses.insert(local, aCourse());
      return { result: { n } };
    });
    const job = await add(7);
    await clock.advance(0);
    expect(await find(job)).toMatchObject({
      status: 'succeeded',
      result: { n: 7 },
      attempts: 1,
      executedBy: 'worker',
      progress: 1,
    });
    expect(await deps.store.courses.find(local, 'course-1')).not.toBeNull();
    expect(await eventsOf(job)).toEqual([{ status: 'queued' }, { status: 'running' }, { status: 'succeeded' }]);
    expect(deps.finished).toEqual(['succeeded']);
    const lines = deps.log.lines.filter((line) => line.event.startsWith('job.'));
    expect(lines.map((line) => line.event)).toEqual(['job.started', 'job.finished']);
    expect(lines[1]?.fields).toMatchObject({ jobId: job.id, outcome: 'succeeded', durationMs: 0 });
  });

  it('tells how long a job waited, which places are taken, and how its runs ended', async () => {
    await add();
    await clock.advance(40);
    let tries = 0;
    const runner = start(
      async () => {
        if (++tries === 1) throw new Error('a passing fault');
        return async () => ({ result: null });
      },
      { lanes: { speech: 1, light: 2 } },
    );
    await clock.advance(0);
    const place = (taken: number, places = 2) => ['placesTaken', { lane: 'light', taken, places }];
    const ran = (outcome: string, errorCode: string | null) => [
      'jobFinished',
      { kind: 'test', outcome, durationMs: 0, errorCode },
    ];
    expect(deps.told).toEqual([
      place(0),
      place(1),
      ['jobTaken', { kind: 'test', waitedMs: 40 }],
      ran('retried', 'internal'),
      place(0),
    ]);
    deps.told.length = 0;
    await clock.advance(1_000);
    expect(deps.told).toEqual([
      place(1),
      ['jobTaken', { kind: 'test', waitedMs: expect.any(Number) }],
      ran('succeeded', null),
      place(0),
    ]);
    await runner.stop({ graceMs: 0 });
    expect(deps.told.at(-1)).toEqual(place(0, 0));
  });

  it('tells for how long nobody worked on a job whose worker was lost', async () => {
    const job = await add();
    const claim = { kinds: ['test'], workerId: 'crashed', leaseMs: 900, executedBy: 'worker' as const };
    const lease = { jobId: job.id, workerId: 'crashed', token: 1 };
    await deps.store.jobs.claim({ ...claim, now: clock.now() });
    await deps.store.jobs.heartbeat(lease, { now: clock.now() + 300, leaseMs: 900 });
    start(async () => async () => ({ result: null }), { leaseMs: 900 });
    await clock.advance(5_000);
    const stalled = deps.told.filter(([name]) => name === 'jobStalled' || name === 'jobTaken');
    expect(stalled).toEqual([['jobStalled', { kind: 'test', silentMs: 900 }]]);
    expect((await find(job)).status).toBe('succeeded');
  });

  it('finds a job that nobody told it about within five seconds', async () => {
    start(async () => async () => ({ result: null }));
    await clock.advance(10);
    const job = await deps.store.jobs.insert(
      local,
      newJob(kind, clock.now(), { payload: { n: 1 }, lectureId: null, sourceId: null }),
    );
    await clock.advance(5_000);
    expect((await find(job)).status).toBe('succeeded');
  });

  it('answers a wake-up when it has looked and has room again, and at once when it is stopped', async () => {
    let wake: ((kind: string | null) => void | Promise<void>) | null = null;
    Object.assign(deps, {
      queue: {
        ...deps.queue,
        onDispatch(listener: NonNullable<typeof wake>) {
          wake = listener;
          return () => {};
        },
      },
    });
    const runner = start((_, context) => untilAborted(context));
    const job = await add(1, speechKind);
    const answered: string[] = [];
    const ask = (of: string): void => void Promise.resolve(wake?.(of)).then(() => answered.push(of));
    ask('speech');
    ask('test');
    await clock.advance(20);
    expect((await find(job)).status).toBe('running');
    expect(answered).toEqual(['test']);
    await cancelJob(deps, { scope: local, jobId: job.id });
    await ended(job);
    await clock.advance(0);
    expect(answered).toEqual(['test', 'speech']);
    await add(2, speechKind);
    ask('speech');
    await clock.advance(0);
    expect(answered).toHaveLength(2);
    await Promise.all([runner.stop({ graceMs: 0 }), clock.advance(10_000)]);
    expect(answered).toHaveLength(3);
  });

  it('runs light jobs while the speech lane is full', async () => {
    start(async ({ n }, context) => (n === 1 ? untilAborted(context) : async () => ({ result: n })));
    const long = await add(1, speechKind);
    await clock.advance(1);
    const waiting = await add(2, speechKind);
    expect(await ended(await add(3))).toMatchObject({ status: 'succeeded' });
    expect([(await find(long)).status, (await find(waiting)).status]).toEqual(['running', 'queued']);
  });

  it('stores progress that never falls and publishes it with the next beat', async () => {
    start(async (_, context) => {
      context.report(0.5, 'Half.');
      context.report(0.25, 'Still going.');
      await context.publishPartial([{ startMs: 0, endMs: 10, text: 'Hello.' }]);
      return untilAborted(context);
    });
    const job = await add();
    await clock.advance(500);
    expect(await find(job)).toMatchObject({ progress: 0.5, message: 'Still going.' });
    expect(await eventsOf(job)).toContainEqual({ progress: 0.5, message: 'Still going.' });
    expect(await eventsOf(job)).toContainEqual({ segments: [{ startMs: 0, endMs: 10, text: 'Hello.' }] });
  });

  it('loses no job to others on its machine when all of them slept for longer than the lease', async () => {
    start(untilAbortedHandler, { jobTimeoutMs: 100_000 });
    const job = await add();
    await clock.advance(300);
    start(untilAbortedHandler, { workerId: 'w2' });
    await clock.advance(4_900);
    // The other looks 0.1 s after this moment; the sign of life is due 0.2 s after that.
    await clock.pause(60_000);
    await clock.advance(3_000);
    expect(await find(job)).toMatchObject({ status: 'running', attempts: 1, lease: { workerId: 'w1', token: 1 } });
  });

  it('keeps its lease for as long as the handler works', async () => {
    start(untilAbortedHandler, { leaseMs: 900, jobTimeoutMs: 100_000 });
    const job = await add();
    await clock.advance(20_000);
    expect(await find(job)).toMatchObject({ status: 'running', attempts: 1, lease: { token: 1 } });
  });

  it('tries again after a fault, waiting longer each time, and then keeps a dead letter with its cause', async () => {
    const begunAt: number[] = [];
    start(async () => {
      begunAt.push(clock.now());
      throw new Error('secret /path broke');
    });
    const job = await ended(await add());
    expect(job).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'internal' } });
    expect(job.cause).toContain('secret /path broke');
    expect(job.cause).toContain('run-jobs.test.ts');
    expect(JSON.stringify(job.error)).not.toContain('secret');
    expect(job.deadLetteredAt).not.toBeNull();
    const waits = begunAt.slice(1).map((at, i) => at - (begunAt[i] ?? 0));
    expect(waits).toEqual([999, 1_998]);
    expect(deps.finished).toEqual(['retried', 'retried', 'failed']);
  });

  it('never tries a permanent fault again', async () => {
    start(async () => {
      throw new AppError('media_no_audio', 'The file holds no sound.');
    });
    const job = await ended(await add());
    expect(job).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'media_no_audio', detail: 'The file holds no sound.' },
    });
    expect(job.deadLetteredAt).not.toBeNull();
  });

  it('fails a job whose payload does not fit, without calling the handler', async () => {
    let called = false;
    start(async () => {
      called = true;
      return async () => ({ result: null });
    });
    const stored = newJob(kind, clock.now(), { payload: { n: 1 }, lectureId: null, sourceId: null });
    const job = await deps.store.jobs.insert(local, { ...stored, payload: { n: 'one' } });
    await deps.queue.dispatch(job);
    expect(await ended(job)).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'invalid_request' } });
    expect(called).toBe(false);
  });

  it('goes on with other jobs while a poison job uses up its tries', async () => {
    start(async ({ n }) => {
      if (n === 0) throw new Error('poison');
      return async () => ({ result: n });
    });
    const poison = await add(0);
    const others = [await add(1), await add(2), await add(3)];
    await clock.advance(0);
    for (const job of others) expect((await find(job)).status).toBe('succeeded');
    expect((await find(poison)).status).toBe('queued');
    expect(await ended(poison)).toMatchObject({ status: 'failed', attempts: 3 });
  });

  it('dispatches the jobs that follow once they are stored', async () => {
    start(async ({ n }, context) => async (tx) => {
      const request = { payload: { n: n - 1 }, lectureId: null, sourceId: null, parentJobId: context.job.id };
      const followUps = n > 0 ? [await tx.jobs.insert(local, newJob(kind, clock.now(), request))] : [];
      return { result: n, followUps };
    });
    const first = await add(2);
    await clock.advance(0);
    const jobs = (await deps.store.jobs.list(local, {}, { cursor: null, limit: 10 })).items;
    expect(jobs.map((job) => job.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(jobs.filter((job) => job.parentJobId === first.id)).toHaveLength(1);
  });

  it('reports a job that was lost for good by workers that crashed', async () => {
    const job = await add();
    for (let i = 0; i < 3; i += 1) {
      await deps.store.jobs.claim({
        kinds: ['test'],
        workerId: `crashed-${i}`,
        now: clock.now() + i * 100,
        leaseMs: 100,
        executedBy: 'worker',
      });
    }
    start(async () => async () => ({ result: null }));
    expect(await ended(job)).toMatchObject({ status: 'failed', error: { code: 'job_lost' }, attempts: 3 });
    expect(await eventsOf(job)).toContainEqual({ status: 'failed' });
  });

  describe('when it stops', () => {
    it('lets jobs end within the grace time and takes no new ones', async () => {
      let release = (): void => {};
      const runner = start(async ({ n }) => {
        await new Promise<void>((resolve) => (release = resolve));
        return async () => ({ result: n });
      });
      const job = await add(1);
      await clock.advance(10);
      const stopped = runner.stop({ graceMs: 10_000 });
      const late = await add(2);
      release();
      await stopped;
      expect((await find(job)).status).toBe('succeeded');
      expect((await find(late)).status).toBe('queued');
    });

    it('hands back what does not end in time, without counting the try', async () => {
      const runner = start(untilAbortedHandler);
      const job = await add();
      await clock.advance(10);
      const stopped = runner.stop({ graceMs: 8_000 });
      await clock.advance(8_000);
      await stopped;
      expect(await find(job)).toMatchObject({ status: 'queued', attempts: 0, lease: null, error: null });
      expect(deps.finished).toEqual(['released']);
    });

    it('is not held up by a handler that ignores its signal', async () => {
      const runner = start(() => new Promise(() => {}));
      const job = await add();
      await clock.advance(10);
      const begin = clock.now();
      const stopped = runner.stop({ graceMs: 4_000 }).then(() => clock.now() - begin);
      await clock.advance(60_000);
      expect(await stopped).toBeLessThanOrEqual(60_000);
      expect((await find(job)).transitions.at(-1)).toEqual({ status: 'queued', at: begin + 4_000 });
    });
  });

  it('does not start with two handlers of one kind, or with a kind that could never run', () => {
    const one = registerJob(kind, async () => async () => ({ result: null }));
    expect(() => start(untilAbortedHandler, { jobs: [one, one] })).toThrow(/two handlers/);
    expect(() => start(untilAbortedHandler, { lanes: { speech: 0, light: 1 } })).toThrow(/no place/);
  });
});
