import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modelOf } from '../../../testkit/model-server.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import { AppError } from '../domain/app-error.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { enqueue } from '../jobs/enqueue.ts';
import { registerJob, type JobKind } from '../jobs/job-kind.ts';
import { startRunner, type Runner } from '../jobs/run-jobs.ts';
import type { ModelShelf } from '../ports/model-shelf.ts';
import { awaitModel } from './await-model.ts';
import { pullModelJob } from './pull-model.job.ts';
import { pullModel } from './pull-model.ts';
import { requestPull } from './request-pull.ts';
import { noModels } from './speech-models.ts';

const scope = ownerScope(LOCAL_OWNER);
const model = modelOf('little', { '/a/model.onnx': Buffer.from('x') });
const workJob: JobKind<object> = { kind: 'work', payload: z.object({}), lane: 'speech', maxAttempts: 1, timeoutMs: 0 };
const request = { payload: {}, lectureId: null, sourceId: null };

describe('a job that waits for a model', () => {
  let runner: Runner | null = null;
  afterEach(async () => {
    await runner?.stop({ graceMs: 1_000 });
    runner = null;
  });

  function start(shelfParts: Partial<ModelShelf> = {}) {
    const store = memoryStore();
    const there = { is: false };
    const download = Promise.withResolvers<void>();
    const pulls = { count: 0 };
    const shelf: ModelShelf = {
      ...noModels.shelf,
      offline: false,
      locate: async () => (there.is ? { folder: 'f', digest: 'd' } : null),
      async pull(_model, onProgress, signal) {
        pulls.count += 1;
        onProgress({ bytes: 34, ofBytes: 100 });
        signal.addEventListener('abort', () => download.reject(signal.reason));
        await download.promise;
        there.is = true;
      },
      ...shelfParts,
    };
    const clock = systemClock;
    const events = storeEvents(store);
    const deps = {
      store,
      events,
      clock,
      log: silentLog,
      queue: inProcessQueue(),
      metrics: silentMetrics,
      shelf,
      models: [model],
    };
    runner = startRunner(deps, {
      jobs: [
        registerJob(pullModelJob, (payload, context) => pullModel(deps, payload, context)),
        registerJob(workJob, async (_payload, context) => {
          if (!(await shelf.locate(model.id))) return awaitModel(deps, scope, context.job, model);
          return async () => ({ result: 'worked' });
        }),
      ],
      lanes: { speech: 1 },
      workerId: 'w',
      leaseMs: 5_000,
      jobTimeoutMs: 60_000,
      backoff: { baseMs: 1, maxMs: 1 },
    });
    const status = async (id: string) => (await store.jobs.find(scope, id))?.status;
    return { deps, store, download, pulls, there, status };
  }

  it('has it fetched once for all, leaves its place to others, and starts when it is there, without using up a try', async () => {
    const { deps, store, download, pulls, status } = start();
    const jobs = await Promise.all([1, 2].map(() => enqueue(deps, scope, workJob, request)));
    for (const { id } of jobs)
      await expect
        .poll(async () => (await store.jobs.find(scope, id))?.message)
        .toMatch(/^Waiting for the model little \(little\): \d+ %$/);
    await expect.poll(() => pulls.count).toBe(1);
    download.resolve();
    for (const { id } of jobs) await expect.poll(() => status(id), { timeout: 5_000 }).toBe('succeeded');
    for (const { id } of jobs) expect(await store.jobs.find(scope, id)).toMatchObject({ attempts: 1, result: 'worked' });
    const { items } = await store.jobs.list(scope, { kind: pullModelJob.kind }, { limit: 10, cursor: null });
    expect(items.map((job) => job.status)).toEqual(['succeeded']);
  });

  it('fails with the reason when the model cannot be fetched', async () => {
    const gone = new AppError('url_not_found', 'There is nothing at the address.');
    const { deps, store, status } = start({ pull: () => Promise.reject(gone) });
    const job = await enqueue(deps, scope, workJob, request);
    await expect.poll(() => status(job.id), { timeout: 5_000 }).toBe('failed');
    expect((await store.jobs.find(scope, job.id))?.error).toMatchObject({
      code: 'model_missing',
      detail: expect.stringMatching(/There is nothing at the address.*scholium models pull little/),
    });
  });

  it('is not begun and nothing is fetched where that is not allowed', async () => {
    const { deps, store, pulls, status } = start({ offline: true });
    await expect(requestPull(deps, scope, model)).rejects.toMatchObject({ code: 'model_missing' });
    const job = await enqueue(deps, scope, workJob, request);
    await expect.poll(() => status(job.id)).toBe('failed');
    expect((await store.jobs.find(scope, job.id))?.error?.code).toBe('model_missing');
    expect(pulls.count).toBe(0);
  });

  it('is cancelled like any other job, and the fetching too', async () => {
    const { deps, store, status } = start();
    const job = await enqueue(deps, scope, workJob, request);
    await expect.poll(async () => (await store.jobs.find(scope, job.id))?.message).toMatch(/^Waiting for the model/);
    await store.jobs.requestCancel(scope, job.id, Date.now());
    expect(await status(job.id)).toBe('cancelled');
    const pull = await requestPull(deps, scope, model);
    await store.jobs.requestCancel(scope, pull.id, Date.now());
    await expect.poll(() => status(pull.id), { timeout: 5_000 }).toBe('cancelled');
  });
});
