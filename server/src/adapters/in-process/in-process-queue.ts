import { EventEmitter } from 'node:events';
import type { Queue } from '../../core/ports/queue.ts';

/**
 * Wakes the runner of the same process. Nothing is kept here: jobs of other processes, jobs that become due and
 * expired leases are found by the runner's own looks at the table.
 */
export function inProcessQueue(): Queue {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    async dispatch(job) {
      emitter.emit('dispatch', job.kind);
    },
    onDispatch(wake) {
      emitter.on('dispatch', wake);
      return () => void emitter.off('dispatch', wake);
    },
    async check() {},
    async close() {
      emitter.removeAllListeners();
    },
  };
}
