import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEvent } from '@scholium/server/core/domain/job.ts';
import type { Store } from '@scholium/server/core/ports/index.ts';
import { aTranscript } from '@scholium/server/testkit/builders.ts';
import { latenciesOf, type Latencies } from '../latencies.ts';
import { startScholium, type ScholiumProcess } from '../scholium-process.ts';
import { addLectures, openStoreOf, scope, sourceOf } from './stock.ts';

/** Between two requests, so that the worker is at rest and not in step with its own looks. */
const PAUSE_MS = { least: 30, most: 230 };

export interface PickUpTerms {
  readonly environment: Readonly<Record<string, string>>;
  /** A process for the API and one for the worker; false: one that is both. */
  readonly separate: boolean;
  readonly count: number;
}

/** Milliseconds from the acceptance of a request to its claim by a worker that has nothing to do, one request after another. */
export async function measurePickUp(folder: string, { environment, separate, count }: PickUpTerms): Promise<Latencies> {
  const store = await openStoreOf(folder, environment['DATABASE_URL'] ?? '');
  const started: ScholiumProcess[] = [];
  try {
    const [lectureId = ''] = await addLectures(store, 1);
    await store.transcripts.add(scope, aTranscript({ lectureId, sourceId: sourceOf(lectureId), createdAt: Date.now() }));
    const role = separate ? 'api' : 'all';
    const api = await startScholium(['serve', '--role', role, '--port', '0'], { folder, environment });
    started.push(api);
    if (separate) started.push(await startScholium(['worker'], { folder, environment }));
    const waits: number[] = [];
    // The first ones meet code that was never run.
    for (let number = -5; number < count; number++) {
      await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
      const waitMs = await pickUpOnce(api, store, lectureId);
      if (number >= 0) waits.push(waitMs);
    }
    return latenciesOf(waits);
  } finally {
    for (const each of started.reverse()) await each.end('SIGTERM');
    await store.close();
  }
}

async function pickUpOnce({ client }: ScholiumProcess, store: Store, lectureId: string): Promise<number> {
  const { jobId } = await client.call('exportLecture', { params: { lectureId }, body: { types: ['txt'] } });
  for (;;) {
    const job = await store.jobs.find(scope, jobId);
    if (job?.status === 'failed') throw new Error(`The job failed: ${job.error?.detail ?? ''}`);
    if (job?.finishedAt !== undefined && job.finishedAt !== null) break;
    await sleep(5);
  }
  const [accepted, claimed] = await store.jobEvents.after(scope, jobId, 0, 2);
  if (!accepted || !claimed || statusIn(claimed) !== 'running') throw new Error('The job tells nothing of its claim.');
  return claimed.at - accepted.at;
}

function statusIn({ data }: JobEvent): unknown {
  return typeof data === 'object' && data !== null && 'status' in data ? data.status : null;
}
