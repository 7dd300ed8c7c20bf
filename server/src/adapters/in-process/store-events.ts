import { EventEmitter } from 'node:events';
import type { Events } from '../../core/ports/events.ts';
import type { Store } from '../../core/ports/store.ts';

/**
 * Events kept in the store. Readers of the same process are woken at once; those of another process must look
 * again from time to time.
 */
export function storeEvents(store: Pick<Store, 'jobEvents'>): Events {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    async publish(scope, event) {
      const stored = await store.jobEvents.append(scope, event);
      emitter.emit(event.jobId);
      return stored;
    },
    wake: (jobId) => void emitter.emit(jobId),
    after: (scope, jobId, afterSeq, limit) => store.jobEvents.after(scope, jobId, afterSeq, limit),
    subscribe(jobId, wake) {
      // A wrapper of its own, so that the same function may subscribe twice. An id named "error" would throw: ids are ours.
      const listener = (): void => wake();
      emitter.on(jobId, listener);
      return () => void emitter.off(jobId, listener);
    },
  };
}
