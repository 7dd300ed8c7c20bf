import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aSource } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { ReplayTranscriber } from '../../../testkit/replay-transcriber.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { silence } from '../../../testkit/sound.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { AppError } from '../domain/app-error.ts';
import { SAMPLE_RATE, type AudioChunk } from '../domain/audio.ts';
import { isFinished, type Job } from '../domain/job.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { wordsOf } from '../domain/transcript.ts';
import { registerJob, type JobHandler } from '../jobs/job-kind.ts';
import { startRunner, type Runner } from '../jobs/run-jobs.ts';
import type { Store } from '../ports/store.ts';
import { requestTranscription } from '../transcribe/request-transcription.ts';
import { transcribe } from '../transcribe/transcribe.ts';
import { transcribeJob, type TranscribePayload } from '../transcribe/transcribe.job.ts';
import { dropAllDeadLetters, dropDeadLetter, findDeadLetter, replayAllDeadLetters, replayDeadLetter } from './dead-letters.ts';

const scope = ownerScope(LOCAL_OWNER);
const all = { cursor: null, limit: 100 };
const CHUNKS = 6;
const FAULTY = 3;

/** One second of speech every two seconds. */
async function* recording(): AsyncGenerator<AudioChunk, { durationMs: number }> {
  for (let index = 0; index < CHUNKS; index++) {
    const span = { startSample: 2 * index * SAMPLE_RATE, endSample: (2 * index + 1) * SAMPLE_RATE };
    yield { index, ...span, utterances: [span], samples: silence(1_000) };
  }
  return { durationMs: CHUNKS * 2_000 };
}

describe('dead letters', () => {
  let clock: ManualClock;
  let deps: ReturnType<typeof makeDeps>;
  let runner: Runner;
  let transcriber: ReplayTranscriber;
  let isBroken: boolean;

  function makeDeps(store: Store) {
    const metrics = silentMetrics;
    return { store, queue: inProcessQueue(), events: storeEvents(store), clock, log: silentLog, metrics };
  }

  const handle: JobHandler<TranscribePayload> = async ({ sourceId, model, language }, { signal, checkpoint }) => {
    const commit = await transcribe(
      { ...deps, transcriber },
      {
        scope,
        source: aSource({ id: sourceId }),
        options: { model, language, task: 'transcribe', vocabulary: [] },
        audio: recording,
        audioKey: `cuts of ${sourceId}`,
        holder: null,
        onChunk: async () => {},
      },
      signal,
    );
    const { version } = await checkpoint(commit);
    return async () => ({ result: { version } });
  };

  beforeEach(async () => {
    clock = new ManualClock();
    isBroken = true;
    transcriber = new ReplayTranscriber({
      timesRealTime: Infinity,
      before: ({ index }) => {
        if (isBroken && index === FAULTY) throw new AppError('engine_failed', 'The speech engine stopped in the middle.');
      },
    });
    deps = makeDeps(await stockedStore([1, 2, 3].map((n) => aSource({ id: `src_${n}`, sha256: `${n}` }))));
    runner = startRunner(deps, {
      jobs: [registerJob(transcribeJob, handle)],
      lanes: { speech: 1, light: 1 },
      workerId: 'w1',
      leaseMs: 60_000,
      jobTimeoutMs: 600_000,
      backoff: { baseMs: 1_000, maxMs: 8_000, random: () => 0.5 },
    });
  });
  afterEach(async () => {
    const stopped = runner.stop({ graceMs: 0 });
    await clock.advance(10_000);
    await stopped;
  });

  const ask = (sourceId = 'src_1') =>
    requestTranscription(deps, { scope, lectureId: 'lecture-1', sourceId, model: null, language: null });
  async function ended(id: string): Promise<Job | null> {
    await clock.advanceUntil(async () => {
      const job = await deps.store.jobs.find(scope, id);
      return job !== null && isFinished(job.status);
    });
    return deps.store.jobs.find(scope, id);
  }

  it('go on after the chunks that were done: a transcription whose engine failed at chunk 3 does only the rest', async () => {
    const job = await ask();
    expect(await ended(job.id)).toMatchObject({ status: 'failed', attempts: transcribeJob.maxAttempts });
    const dead = await findDeadLetter(deps, job.id);
    expect(dead).toMatchObject({ error: { code: 'engine_failed' } });
    expect(dead.cause).toMatch(/engine_failed.*\n\s+at /s);
    expect(transcriber.calls.filter((index) => index < FAULTY)).toEqual([0, 1, 2]);
    const before = transcriber.calls.length;
    isBroken = false;
    await replayDeadLetter(deps, job.id);
    expect(await ended(job.id)).toMatchObject({ status: 'succeeded', attempts: 1, result: { version: 1 }, deadLetteredAt: null });
    expect(transcriber.calls.slice(before)).toEqual([3, 4, 5]);
    const transcript = await deps.store.transcripts.latest(scope, 'src_1');
    expect(transcript && wordsOf(transcript)).toHaveLength(CHUNKS);
    expect((await deps.store.jobs.deadLetters(scope, all)).items).toEqual([]);
    const statuses = (await deps.events.after(scope, job.id, 0, 100))
      .filter(({ type }) => type === 'status')
      .map(({ data }) => data);
    expect(statuses.slice(-4)).toEqual(['failed', 'queued', 'running', 'succeeded'].map((status) => ({ status })));
  });

  it('fail again as dead letters while the fault is there, and the others go on', async () => {
    const job = await ask();
    await ended(job.id);
    const first = (await findDeadLetter(deps, job.id)).deadLetteredAt ?? 0;
    await replayDeadLetter(deps, job.id);
    await ended(job.id);
    expect((await findDeadLetter(deps, job.id)).deadLetteredAt).toBeGreaterThan(first);
    isBroken = false;
    expect(await ended((await ask('src_2')).id)).toMatchObject({ status: 'succeeded' });
  });

  it('are not replayed while somebody has asked for the same work again', async () => {
    const dead = await ask();
    await ended(dead.id);
    const again = await ask();
    expect(again.id).not.toBe(dead.id);
    await expect(replayDeadLetter(deps, dead.id)).rejects.toMatchObject({ code: 'job_active', detail: new RegExp(again.id) });
    expect(await replayAllDeadLetters(deps)).toEqual({ replayed: 0, skipped: 1 });
    isBroken = false;
    expect(await ended(again.id)).toMatchObject({ status: 'succeeded' });
    expect(await replayAllDeadLetters(deps)).toEqual({ replayed: 1, skipped: 0 });
    // The words are there: nothing is heard again, and no second version is made.
    const before = transcriber.calls.length;
    expect(await ended(dead.id)).toMatchObject({ status: 'succeeded', result: { version: 1 } });
    expect(transcriber.calls).toHaveLength(before);
  });

  it('are all replayed at once, oldest first', async () => {
    const jobs: Job[] = [];
    for (const id of ['src_1', 'src_2', 'src_3']) jobs.push(await ask(id));
    for (const job of jobs) await ended(job.id);
    isBroken = false;
    expect(await replayAllDeadLetters(deps)).toEqual({ replayed: 3, skipped: 0 });
    for (const job of jobs) expect(await ended(job.id)).toMatchObject({ status: 'succeeded' });
  });

  it('are dropped one by one or all, and a job that is none is neither found, replayed nor dropped', async () => {
    const [one, two] = [await ask('src_1'), await ask('src_2')];
    for (const job of [one, two]) await ended(job.id);
    await dropDeadLetter(deps, one.id);
    for (const use of [findDeadLetter(deps, one.id), replayDeadLetter(deps, one.id), dropDeadLetter(deps, one.id)]) {
      await expect(use).rejects.toMatchObject({ code: 'job_not_found' });
    }
    expect(await dropAllDeadLetters(deps)).toBe(1);
    expect(await dropAllDeadLetters(deps)).toBe(0);
  });
});
