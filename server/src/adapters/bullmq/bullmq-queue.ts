import { Queue as BullQueue, Worker } from 'bullmq';
import type { Log } from '../../core/ports/log.ts';
import type { Queue } from '../../core/ports/queue.ts';
import { checkRedis, connectRedis, REDIS_TIMEOUT_MS, whenReady } from '../redis/connect-redis.ts';
import { watchLoss } from './watch-loss.ts';

type Wake = Parameters<Queue['onDispatch']>[0];

const LANES = ['speech', 'light'] as const;

/**
 * Wake-ups over Redis, for processes on one database: a message waits in Redis until some process has room in that
 * lane, and wakes only that one. The message protects nothing: the job is protected by its lease in the table, so a
 * message that is lost, stalled or delivered twice loses no job and runs none twice.
 *
 * With Redis away `dispatch` returns at once and logs: the job is in the table, where workers look every few seconds. Messages
 * are not put back one by one when Redis lost them: every listener is told to look, which finds whatever waits.
 *
 * @example const queue = await openBullmqQueue({ url, prefix: 'scholium', speechKinds: ['transcribe'], log });
 */
export async function openBullmqQueue(options: {
  url: string;
  /** Keeps installations on one Redis apart. */
  prefix: string;
  /** Kinds of the speech lane; the others are light. */
  speechKinds: readonly string[];
  log: Log;
}): Promise<Queue> {
  const { url, prefix, speechKinds, log } = options;
  const sender = connectRedis({ url, use: 'requests', log });
  await whenReady(sender);
  const queues = new Map<string, BullQueue>();
  const listeners = new Set<{ readonly wake: Wake }>();
  const stopping = new Set<Promise<void>>();
  const loss = watchLoss({
    redis: sender,
    key: `${prefix}:wake-ups`,
    onLoss() {
      log.warn('application', 'queue.messages-lost');
      for (const { wake } of listeners) void wake(null);
    },
  });
  let stopWorkers: (() => Promise<void>) | null = null;

  /** Made when it is first used with Redis there: BullMQ waits for the connection otherwise. */
  function queueOf(kind: string): BullQueue {
    const lane = speechKinds.includes(kind) ? 'speech' : 'light';
    let queue = queues.get(lane);
    if (!queue) {
      queue = new BullQueue(lane, { connection: sender, prefix, skipVersionCheck: true });
      queue.on('error', () => {}); // the connection logs it
      queues.set(lane, queue);
    }
    return queue;
  }

  function startWorkers(): () => Promise<void> {
    const receiver = connectRedis({ url, use: 'listener', log });
    const workers = LANES.map((lane) => {
      // One message at a time: it is held until the lane has looked and has room again.
      const take = async ({ name }: { name: string }): Promise<void> => {
        if (listeners.size === 0) throw new Error('Nobody listens here any more.'); // puts it back for another process
        await Promise.all([...listeners].map(({ wake }) => wake(name)));
      };
      const worker = new Worker(lane, take, { connection: receiver, prefix, concurrency: 1, skipVersionCheck: true });
      return worker.on('error', () => {}); // the connection logs it
    });
    return async () => {
      // In good order, so that a message taken meanwhile is put back; without Redis BullMQ would wait for its answer.
      await withinTime(Promise.all(workers.map((worker) => worker.close()))).catch(() => {});
      await withinTime(Promise.all(workers.map((worker) => worker.close(true)))).catch(() => {});
      receiver.disconnect();
    };
  }

  function stopListening(): void {
    if (!stopWorkers) return;
    const stopped = stopWorkers().finally(() => stopping.delete(stopped));
    stopping.add(stopped);
    stopWorkers = null;
  }

  return {
    async dispatch({ id, kind }) {
      try {
        if (sender.status !== 'ready') throw new Error('Redis is away.');
        await withinTime(queueOf(kind).add(kind, {}, { jobId: id, attempts: 10, removeOnComplete: true, removeOnFail: true }));
      } catch (error) {
        loss.missed();
        log.warn('application', 'queue.dispatch-failed', { jobId: id, kind, cause: nameOf(error) });
      }
    },
    onDispatch(wake) {
      const listener = { wake };
      listeners.add(listener);
      stopWorkers ??= startWorkers();
      return () => {
        listeners.delete(listener);
        // A process that listens no more must not take messages from those that do.
        if (listeners.size === 0) stopListening();
      };
    },
    check: () => checkRedis(sender),
    async close() {
      listeners.clear();
      stopListening();
      await loss.stop();
      await Promise.all(stopping);
      await withinTime(Promise.all([...queues.values()].map((queue) => queue.close()))).catch(() => {});
      sender.disconnect();
    },
  };
}

/** The message of a Redis error may hold the address, which may hold a password. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** @throws Error when it takes longer than a command may */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('Redis took too long.')), REDIS_TIMEOUT_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
