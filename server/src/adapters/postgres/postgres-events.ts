import type { Events } from '../../core/ports/events.ts';
import type { Store } from '../../core/ports/store.ts';
import type { PostgresSignals } from './postgres-signals.ts';

/** Events kept in the store, whose readers are woken whichever process they are connected to. */
export function postgresEvents({ store, signals }: { store: Pick<Store, 'jobEvents'>; signals: PostgresSignals }): Events {
  return {
    async publish(scope, event) {
      const stored = await store.jobEvents.append(scope, event);
      signals.send('job_events', event.jobId);
      return stored;
    },
    wake: (jobId) => signals.send('job_events', jobId),
    after: (scope, jobId, afterSeq, limit) => store.jobEvents.after(scope, jobId, afterSeq, limit),
    subscribe: (jobId, wake) =>
      signals.on('job_events', (about) => {
        if (about === null || about === jobId) wake();
      }),
  };
}
