import { afterAll, beforeAll, describe, expect, it, vi, type Mock } from 'vitest';
import { z } from 'zod';
import { eventsConformance } from '../../../testkit/events.conformance.ts';
import { freePort } from '../../../testkit/guarded-process.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { queueConformance } from '../../../testkit/queue.conformance.ts';
import { startRedis, type RedisServer } from '../../../testkit/redis-server.ts';
import { recordingLog, silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import { cancelJob } from '../../core/jobs/cancel-job.ts';
import { enqueue } from '../../core/jobs/enqueue.ts';
import { registerJob, type JobKind } from '../../core/jobs/job-kind.ts';
import { runInlineWhileAway } from '../../core/jobs/run-inline.ts';
import { startRunner, type Runner } from '../../core/jobs/run-jobs.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Queue } from '../../core/ports/queue.ts';
import { redisEvents } from '../redis/redis-events.ts';
import { systemClock } from '../system/system-clock.ts';
import { openBullmqQueue } from './bullmq-queue.ts';

let redis: RedisServer;
let prefixes = 0;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  for (const close of closing) await close();
  await redis.close();
});
const freshPrefix = (): string => `test${prefixes++}`;
const open = (prefix: string, log: Log = silentLog): Promise<Queue> =>
  openBullmqQueue({ url: redis.url, prefix, speechKinds: ['transcribe'], log });

queueConformance('BullmqQueue', () => open(freshPrefix()));
eventsConformance('RedisEvents', async () => {
  const store = memoryStore();
  const events = await redisEvents({ url: redis.url, prefix: freshPrefix(), store, log: silentLog });
  closing.push(() => events.close());
  return { store, events };
});

describe('a message', () => {
  it('goes to one process only, and past one that has no room', async () => {
    const prefix = freshPrefix();
    const [one, two] = [await open(prefix), await open(prefix)];
    closing.push(
      () => one.close(),
      () => two.close(),
    );
    const full = Promise.withResolvers<void>();
    const busy = vi.fn(() => full.promise);
    one.onDispatch(busy);
    await two.dispatch({ id: 'job_1', kind: 'transcribe' });
    await vi.waitFor(() => expect(busy).toHaveBeenCalledTimes(1), 5_000);
    const free = vi.fn();
    two.onDispatch(free);
    for (const id of ['job_2', 'job_3', 'job_4']) await one.dispatch({ id, kind: 'transcribe' });
    await vi.waitFor(() => expect(free).toHaveBeenCalledTimes(3), 5_000);
    expect(busy).toHaveBeenCalledTimes(1);
    full.resolve();
  });
});

describe('a process that listens no more', () => {
  it('takes no message from those that do, until it listens again', async () => {
    const prefix = freshPrefix();
    const [one, two] = [await open(prefix), await open(prefix)];
    closing.push(
      () => one.close(),
      () => two.close(),
    );
    const before = vi.fn();
    const stop = one.onDispatch(before);
    await one.dispatch({ id: 'job_0', kind: 'index' });
    await vi.waitFor(() => expect(before).toHaveBeenCalledTimes(1), 5_000);
    stop();
    const wake = vi.fn();
    const stopTwo = two.onDispatch(wake);
    for (let i = 1; i <= 10; i += 1) await one.dispatch({ id: `job_${i}`, kind: 'index' });
    await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(10), 5_000);
    stopTwo();
    const again = vi.fn();
    one.onDispatch(again);
    await two.dispatch({ id: 'job_11', kind: 'index' });
    await vi.waitFor(() => expect(again).toHaveBeenCalledTimes(1), 5_000);
    expect(before).toHaveBeenCalledTimes(1);
  });
});

describe('messages that Redis lost', () => {
  /** Two processes, one of which listens; both have looked at Redis once. */
  async function twoProcesses(): Promise<{ one: Queue; wake: Mock }> {
    const prefix = freshPrefix();
    const [one, two] = [await open(prefix), await open(prefix)];
    closing.push(
      () => one.close(),
      () => two.close(),
    );
    const wake = vi.fn();
    two.onDispatch(wake);
    await one.dispatch({ id: 'job_0', kind: 'index' });
    await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1), 5_000);
    wake.mockClear();
    return { one, wake };
  }

  it.each(['emptied', 'restarted'])('make everybody look within two seconds when it was %s', async (fault) => {
    const { wake } = await twoProcesses();
    await (fault === 'emptied' ? redis.flushAll() : redis.restart());
    await vi.waitFor(() => expect(wake).toHaveBeenCalledWith(null), { timeout: 2_500, interval: 10 });
  });

  it('because it did not answer make everybody look once it does', async () => {
    const { one, wake } = await twoProcesses();
    await redis.pause(1_500);
    await one.dispatch({ id: 'job_1', kind: 'index' });
    await vi.waitFor(() => expect(wake).toHaveBeenCalledWith(null), { timeout: 5_000, interval: 10 });
  });

  it('are told of once each time', async () => {
    const { wake } = await twoProcesses();
    for (const times of [1, 2, 3]) {
      await redis.flushAll();
      await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(times), { timeout: 5_000, interval: 10 });
    }
    expect(wake.mock.calls).toEqual([[null], [null], [null]]);
  });
});

describe('a password in the address', () => {
  it('stands in no line of the log when Redis cannot be reached', async () => {
    const log = recordingLog();
    const port = await freePort();
    const queue = await openBullmqQueue({ url: `redis://user:sesame@127.0.0.1:${port}`, prefix: 'p', speechKinds: [], log });
    await queue.dispatch({ id: 'job_1', kind: 'index' });
    await expect(queue.check()).rejects.toMatchObject({ code: 'queue_unreachable' });
    await queue.close();
    expect(log.lines.map(({ event }) => event)).toEqual(['redis.away', 'queue.dispatch-failed']);
    expect(JSON.stringify(log.lines)).not.toContain('sesame');
  });
});

describe('events of two processes', () => {
  it('wake readers of the other process, and all of them after Redis was away', async () => {
    const store = memoryStore();
    const options = { url: redis.url, prefix: freshPrefix(), store, log: silentLog };
    const [one, two] = [await redisEvents(options), await redisEvents(options)];
    closing.push(
      () => one.close(),
      () => two.close(),
    );
    const wake = vi.fn();
    two.subscribe('job_1', wake);
    await vi.waitFor(() => {
      one.wake('job_1');
      expect(wake).toHaveBeenCalled();
    });
    await redis.stop();
    wake.mockClear();
    one.wake('job_1');
    await redis.start();
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), 5_000);
  });
});

describe('jobs over Redis', () => {
  const kind: JobKind<object> = { kind: 'test', payload: z.object({}), lane: 'light', maxAttempts: 3, timeoutMs: 0 };

  /** Runners of two processes on one table, with what each of them ran. */
  async function twoWorkers(log: Log = silentLog) {
    const store = memoryStore();
    const prefix = freshPrefix();
    const ran: string[] = [];
    const runners: Runner[] = [];
    const starts: (() => void)[] = [];
    const metrics = silentMetrics;
    const events = await redisEvents({ url: redis.url, prefix, store, log });
    const queues = [await open(prefix, log), await open(prefix, log)];
    queues.forEach((queue, index) => {
      const handle = registerJob(kind, async (_, { job }) => {
        ran.push(job.id);
        return async () => ({ result: null });
      });
      const start = (): void => {
        const deps = { store, queue, events, log, metrics, clock: systemClock };
        const terms = { lanes: { speech: 1, light: 2 }, leaseMs: 10_000, jobTimeoutMs: 10_000 };
        runners.push(startRunner(deps, { ...terms, jobs: [handle], workerId: `w${index}`, backoff: { baseMs: 1, maxMs: 1 } }));
      };
      starts.push(start);
    });
    const add = (count: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: count }, () =>
          enqueue({ store, queue: queues[0]!, events, clock: systemClock }, local, kind, {
            payload: {},
            lectureId: null,
            sourceId: null,
          }),
        ),
      );
    return {
      add,
      ran,
      queue: queues[0]!,
      start: () => starts.splice(0).forEach((start) => start()),
      async close() {
        await Promise.all(runners.map((runner) => runner.stop({ graceMs: 1_000 })));
        await Promise.all(queues.map((queue) => queue.close()));
        await events.close();
      },
    };
  }
  const local = ownerScope(LOCAL_OWNER);

  it('runs each of 100 jobs once on two workers that share them', async () => {
    const workers = await twoWorkers();
    workers.start();
    await workers.add(100);
    await vi.waitFor(() => expect(workers.ran.length).toBeGreaterThanOrEqual(100), 10_000);
    await workers.close();
    expect(new Set(workers.ran).size).toBe(100);
    expect(workers.ran).toHaveLength(100);
  });

  it.each(['restarted', 'flushed'])('runs every job once when Redis was %s while they waited', async (fault) => {
    const workers = await twoWorkers();
    await workers.add(20);
    await (fault === 'flushed' ? redis.flushAll() : redis.restart());
    workers.start();
    await vi.waitFor(() => expect(workers.ran.length).toBeGreaterThanOrEqual(20), 10_000);
    await workers.close();
    expect(new Set(workers.ran).size).toBe(20);
    expect(workers.ran).toHaveLength(20);
  });

  it('keeps what is asked for while Redis is away, says so, and goes on when it is back', async () => {
    const log = recordingLog();
    const workers = await twoWorkers(log);
    workers.start();
    await redis.stop();
    const before = Date.now();
    await workers.add(3);
    expect(Date.now() - before).toBeLessThan(1_500);
    await expect(workers.queue.check()).rejects.toMatchObject({ code: 'queue_unreachable' });
    expect(log.lines.map(({ event }) => event)).toContain('queue.dispatch-failed');
    await vi.waitFor(() => expect(workers.ran).toHaveLength(3), 8_000);
    await redis.start();
    await vi.waitFor(() => workers.queue.check(), 5_000);
    await workers.add(1);
    await vi.waitFor(() => expect(workers.ran).toHaveLength(4), 8_000);
    await workers.close();
  });

  it('runs jobs in the asking process while Redis is away, says so, and leaves them to workers when it is back', async () => {
    const store = memoryStore();
    const prefix = freshPrefix();
    const log = recordingLog();
    const [queue, events] = [await open(prefix), await redisEvents({ url: redis.url, prefix, store, log: silentLog })];
    const metrics = silentMetrics;
    const deps = { store, queue, events, log, metrics, clock: systemClock };
    const start = (): Runner =>
      startRunner(deps, {
        jobs: [registerJob(kind, async () => async () => ({ result: null }))],
        lanes: { speech: 1, light: 1 },
        workerId: 'api',
        leaseMs: 10_000,
        jobTimeoutMs: 10_000,
        backoff: { baseMs: 1, maxMs: 1 },
        executedBy: 'inline',
      });
    const inline = runInlineWhileAway(deps, { start, graceMs: 1_000 });
    const add = () => enqueue(deps, local, kind, { payload: {}, lectureId: null, sourceId: null });
    const said = (): string[] => log.lines.map(({ event }) => event).filter((event) => event.startsWith('queue.inline'));
    await redis.stop();
    const job = await add();
    const run = { status: 'succeeded', executedBy: 'inline' };
    await vi.waitFor(async () => expect(await store.jobs.find(local, job.id)).toMatchObject(run), 8_000);
    await redis.start();
    await vi.waitFor(() => expect(said()).toEqual(['queue.inline-began', 'queue.inline-ended']), 8_000);
    await vi.waitFor(() => expect(inline.running()).toBe(0));
    const left = await add();
    await inline.stop({ graceMs: 1_000 });
    expect(await store.jobs.find(local, left.id)).toMatchObject({ status: 'queued', executedBy: null });
    await queue.close();
    await events.close();
  });

  it('stop within a second on another machine when they are cancelled, with Redis and without', async () => {
    const store = memoryStore();
    const prefix = freshPrefix();
    const of = () => redisEvents({ url: redis.url, prefix, store, log: silentLog });
    const [queue, here, there] = [await open(prefix), await of(), await of()];
    const metrics = silentMetrics;
    const stopped = vi.fn();
    const untilAborted = registerJob(kind, (_, { signal }) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => {
        stopped();
        reject(signal.reason);
      });
      return promise;
    });
    const runner = startRunner(
      { store, queue, events: there, log: silentLog, metrics, clock: systemClock },
      {
        jobs: [untilAborted],
        lanes: { speech: 1, light: 1 },
        workerId: 'there',
        leaseMs: 10_000,
        jobTimeoutMs: 60_000,
        backoff: { baseMs: 1, maxMs: 1 },
      },
    );
    const deps = { store, queue, events: here, clock: systemClock };
    for (const isRedisThere of [true, false]) {
      stopped.mockClear();
      const job = await enqueue(deps, local, kind, { payload: {}, lectureId: null, sourceId: null });
      await vi.waitFor(async () => expect((await store.jobs.find(local, job.id))?.status).toBe('running'), 8_000);
      if (!isRedisThere) await redis.stop();
      await cancelJob(deps, { scope: local, jobId: job.id });
      await vi.waitFor(() => expect(stopped).toHaveBeenCalled(), { timeout: 1_000, interval: 10 });
    }
    await redis.start();
    await runner.stop({ graceMs: 1_000 });
    await queue.close();
    await Promise.all([here.close(), there.close()]);
  });

  it('closes within seconds while Redis is away', async () => {
    const workers = await twoWorkers();
    workers.start();
    await redis.stop();
    const before = Date.now();
    await workers.close();
    expect(Date.now() - before).toBeLessThan(4_000);
    await redis.start();
  });
}, 30_000);
