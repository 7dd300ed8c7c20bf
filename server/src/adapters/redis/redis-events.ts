import { EventEmitter } from 'node:events';
import type { Events } from '../../core/ports/events.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Store } from '../../core/ports/store.ts';
import { connectRedis, whenReady } from './connect-redis.ts';

export interface RedisEvents extends Events {
  close(): Promise<void>;
}

/** A reader of any job is also woken by this one: after a reconnect nobody knows what was missed. */
const ALL = Symbol('all jobs');

/**
 * Events kept in the store; Redis pub/sub carries "job X has news" to the readers of every process. Readers of this
 * process are woken without it, so that nothing of theirs depends on Redis; after a reconnect all are woken.
 *
 * @example const events = await redisEvents({ url: 'redis://127.0.0.1:6379', prefix: 'scholium', store, log });
 */
export async function redisEvents(options: {
  url: string;
  prefix: string;
  store: Pick<Store, 'jobEvents'>;
  log: Log;
}): Promise<RedisEvents> {
  const { url, prefix, store, log } = options;
  const channel = `${prefix}:job-events`;
  const sender = connectRedis({ url, use: 'requests', log });
  const receiver = connectRedis({ url, use: 'listener', log });
  const emitter = new EventEmitter().setMaxListeners(0);
  // After each connect: readers are woken once the answer is there, so that nothing falls between.
  receiver.on('ready', () => {
    void receiver.subscribe(channel).then(
      () => emitter.emit(ALL),
      (error: unknown) => log.warn('application', 'redis.subscribe-failed', { cause: String(error) }),
    );
  });
  receiver.on('message', (_channel: string, jobId: string) => emitter.emit(`job:${jobId}`));
  await Promise.all([whenReady(sender), whenReady(receiver)]);

  function wake(jobId: string): void {
    emitter.emit(`job:${jobId}`);
    // Away: the readers of other processes are woken by their reconnect.
    sender.publish(channel, jobId).catch(() => {});
  }
  return {
    async publish(scope, event) {
      const stored = await store.jobEvents.append(scope, event);
      wake(event.jobId);
      return stored;
    },
    wake,
    after: (scope, jobId, afterSeq, limit) => store.jobEvents.after(scope, jobId, afterSeq, limit),
    subscribe(jobId, onNews) {
      // A wrapper of its own, so that the same function may subscribe twice.
      const listener = (): void => onNews();
      emitter.on(`job:${jobId}`, listener).on(ALL, listener);
      return () => void emitter.off(`job:${jobId}`, listener).off(ALL, listener);
    },
    async close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
