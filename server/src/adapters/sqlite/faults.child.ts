import { z } from 'zod';
import { aCourse } from '../../../testkit/builders.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { registerJob } from '../../core/jobs/job-kind.ts';
import { startRunner } from '../../core/jobs/run-jobs.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import { inProcessQueue } from '../in-process/in-process-queue.ts';
import { storeEvents } from '../in-process/store-events.ts';
import { systemClock } from '../system/system-clock.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

// Started by faults.test.ts: `transaction` hangs in the middle of a transaction; `worker` runs jobs until it is killed.
const [mode, path = '', workerId = '', leaseMs = ''] = process.argv.slice(2);
const local = ownerScope(LOCAL_OWNER);
const store = await openSqliteStore({ path, log: silentLog });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const forEver = (): Promise<never> => new Promise(() => void setInterval(() => {}, 60_000));

if (mode === 'transaction') {
  await store.courses.insert(local, aCourse({ id: 'acknowledged' }));
  await store.transaction(async (tx) => {
    for (let i = 0; i < 500; i += 1) await tx.courses.insert(local, aCourse({ id: `torn-${i}`, title: 'x'.repeat(2_000) }));
    say('in the middle');
    await forEver();
  });
}

const payload = z.object({ hangs: z.number() });
const kind = { kind: 'test', payload, lane: 'light' as const, maxAttempts: 3, timeoutMs: 0 };
startRunner(
  { store, queue: inProcessQueue(), events: storeEvents(store), clock: systemClock, log: silentLog, metrics: silentMetrics },
  {
    workerId,
    lanes: { speech: 0, light: 2 },
    leaseMs: Number(leaseMs),
    jobTimeoutMs: 60_000,
    backoff: { baseMs: 1, maxMs: 1 },
    jobs: [
      registerJob(kind, async ({ hangs }, { job }) => {
        say(`begun ${job.id}`);
        if (job.attempts <= hangs) await forEver();
        return async (tx) => {
          const isFirst = await tx.courses.insert(local, aCourse({ id: `result-of-${job.id}` }));
          if (!isFirst) throw new Error('This job has left its result before.');
          return { result: { workerId } };
        };
      }),
    ],
  },
);
say('ready');
