import { newJob, enqueueIn } from '@scholium/server/core/jobs/enqueue.ts';
import { transcribeJob } from '@scholium/server/core/transcribe/transcribe.job.ts';
import { latenciesOf, type Latencies } from '../latencies.ts';
import { startScholium, type ScholiumProcess } from '../scholium-process.ts';
import { addLectures, inBatches, openStoreOf, scope, sourceOf } from './stock.ts';

/** Milliseconds of requests, from the call to the whole reply. */
export interface Crowded {
  readonly enqueue: Latencies;
  readonly list: Latencies;
}

/** Asking for transcriptions and listing those that wait, with no others waiting and with `jobs` of them. Nothing takes them. */
export async function measureCrowded(
  folder: string,
  databaseUrl: string,
  { calls, jobs }: { calls: number; jobs: number },
): Promise<{ empty: Crowded; crowded: Crowded }> {
  const store = await openStoreOf(folder, databaseUrl);
  try {
    const lectures = await addLectures(store, jobs + 2 * (calls + WARM_UP));
    const environment = { DATABASE_URL: databaseUrl };
    const api = await startScholium(['serve', '--role', 'api', '--port', '0'], { folder, environment });
    try {
      const empty = await measure(api, lectures.splice(0, calls + WARM_UP));
      await inBatches(store, lectures.splice(0, jobs), async (tx, lectureId) => {
        const sourceId = sourceOf(lectureId);
        const payload = { sourceId, model: null, language: null, task: 'transcribe' as const };
        const request = { payload, lectureId, sourceId, estimateMs: 60_000 + Math.round(Math.random() * 3_600_000) };
        await enqueueIn(tx, scope, newJob(transcribeJob, Date.now(), request));
      });
      return { empty, crowded: await measure(api, lectures) };
    } finally {
      await api.end('SIGTERM');
    }
  } finally {
    await store.close();
  }
}

/** Calls that meet code which was never run. */
const WARM_UP = 20;

/** One call after the other, asking and listing in turn. */
async function measure({ client }: ScholiumProcess, lectures: readonly string[]): Promise<Crowded> {
  const [enqueue, list]: [number[], number[]] = [[], []];
  for (const lectureId of lectures) {
    enqueue.push(await timed(() => client.call('transcribe', { params: { lectureId } })));
    list.push(await timed(() => client.call('listJobs', { query: { status: 'queued', limit: 50 } })));
  }
  return { enqueue: latenciesOf(enqueue.slice(WARM_UP)), list: latenciesOf(list.slice(WARM_UP)) };
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}
