import type { Queue } from '../../core/ports/queue.ts';
import type { PostgresSignals } from './postgres-signals.ts';

/** Wakes the workers of all processes on the database. The jobs themselves lie in its table. */
export function postgresQueue(signals: PostgresSignals): Queue {
  return {
    async dispatch(job) {
      signals.send('job_queue', job.kind);
    },
    onDispatch: (wake) => signals.on('job_queue', wake),
    // It is the database, which is asked for itself.
    async check() {},
    async close() {},
  };
}
