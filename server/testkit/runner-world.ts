import { z } from 'zod';
import { inProcessQueue } from '../src/adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../src/adapters/in-process/store-events.ts';
import { isFinished, type Job } from '../src/core/domain/job.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import { enqueue } from '../src/core/jobs/enqueue.ts';
import { registerJob, type JobContext, type JobHandler, type JobKind } from '../src/core/jobs/job-kind.ts';
import { startRunner, type Runner, type RunnerOptions } from '../src/core/jobs/run-jobs.ts';
import type { Metrics } from '../src/core/ports/metrics.ts';
import { ManualClock } from './manual-clock.ts';
import { memoryStore } from './memory-store.ts';
import { recordingLog } from './silent-log.ts';
import { silentMetrics } from './silent-metrics.ts';

const payload = z.object({ n: z.number() });
export type Numbered = z.infer<typeof payload>;

export const local = ownerScope(LOCAL_OWNER);
export const kind: JobKind<Numbered> = { kind: 'test', payload, lane: 'light', maxAttempts: 3, timeoutMs: 0 };
export const speechKind: JobKind<Numbered> = { ...kind, kind: 'speech', lane: 'speech' };

/** Ends when it is aborted, as a well-behaved handler does. */
export const untilAborted = (context: JobContext): Promise<never> =>
  new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true }));
export const untilAbortedHandler: JobHandler<Numbered> = (_, context) => untilAborted(context);

/** Runners on a store in memory and a clock that stands still until it is told to go on. */
export function runnerWorld() {
  const clock = new ManualClock();
  const deps = runnerDeps(clock);
  const runners: Runner[] = [];
  const find = async (job: Job): Promise<Job> => (await deps.store.jobs.find(local, job.id)) ?? job;
  return {
    clock,
    deps,
    find,
    start(handle: JobHandler<Numbered>, options: Partial<RunnerOptions> = {}): Runner {
      const runner = startRunner(deps, {
        jobs: [registerJob(kind, handle), registerJob(speechKind, handle)],
        lanes: { speech: 1, light: 2 },
        workerId: 'w1',
        leaseMs: 15_000,
        jobTimeoutMs: 60_000,
        backoff: { baseMs: 1_000, maxMs: 8_000, random: () => 0.999 },
        ...options,
      });
      runners.push(runner);
      return runner;
    },
    add: (n = 1, of = kind): Promise<Job> => enqueue(deps, local, of, { payload: { n }, lectureId: null, sourceId: null }),
    async ended(job: Job): Promise<Job> {
      await clock.advanceUntil(async () => isFinished((await find(job)).status));
      return find(job);
    },
    eventsOf: async (job: Job): Promise<unknown[]> => (await deps.events.after(local, job.id, 0, 100)).map((event) => event.data),
    async stop(): Promise<void> {
      const stopped = Promise.all(runners.map((runner) => runner.stop({ graceMs: 0 })));
      await clock.advance(10_000);
      await stopped;
    },
  };
}

function runnerDeps(clock: ManualClock) {
  const store = memoryStore();
  const finished: string[] = [];
  const told: [name: keyof Metrics, fields: object][] = [];
  const tell = (name: keyof Metrics) => (fields: object) => void told.push([name, fields]);
  const metrics: Metrics = {
    ...silentMetrics,
    jobTaken: tell('jobTaken'),
    jobStalled: tell('jobStalled'),
    placesTaken: (fields) => fields.lane === 'light' && void told.push(['placesTaken', fields]),
    jobFinished(fields) {
      finished.push(fields.outcome);
      told.push(['jobFinished', fields]);
    },
  };
  return { store, queue: inProcessQueue(), events: storeEvents(store), clock, log: recordingLog(), metrics, finished, told };
}
