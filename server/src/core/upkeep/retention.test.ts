import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aJob, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { requireAudio } from '../library/require-audio.ts';
import { listTrash, trashLecture } from '../library/trash.ts';
import { requestTranscription } from '../transcribe/request-transcription.ts';
import { applyRetention } from './apply-retention.ts';
import { restoreRecording } from './restore-recording.ts';
import { runUpkeep } from './run-upkeep.ts';

const scope = ownerScope(LOCAL_OWNER);
const DAY_MS = 24 * 60 * 60 * 1000;
const START = 100 * DAY_MS;
const never = new AbortController().signal;
const terms = { rawAudioDays: 30, transcriptDays: 14 };
const recording = { scope, lectureId: 'lecture-1', sourceId: 'src_1' };

let clock: ManualClock;
let deps: ReturnType<typeof makeDeps>;

function makeDeps() {
  const store = memoryStore();
  const unfound: string[] = [];
  return {
    store,
    events: storeEvents(store),
    queue: inProcessQueue(),
    clock,
    blobs: memoryBlobs(),
    searchIndex: { remove: async (_: unknown, sourceId: string) => void unfound.push(sourceId) },
    log: silentLog,
    unfound,
  };
}

const apply = (dryRun = false) => applyRetention(deps, { terms, dryRun }, never);
const hasAudio = () =>
  requireAudio(deps.store, scope, { id: 'src_1', lectureId: 'lecture-1' }).then(
    () => true,
    (error: { code: string }) => error.code,
  );
const hasFile = async () => (await deps.blobs.stat(scope, 'sources/src_1')) !== null;
const hasText = async () => (await deps.store.transcripts.latest(scope, 'src_1')) !== null;

beforeEach(async () => {
  clock = new ManualClock(START);
  deps = makeDeps();
  await deps.store.courses.insert(scope, aCourse());
  await deps.store.lectures.insert(scope, aLecture());
  await deps.store.sources.insert(scope, aSource({ createdAt: START }));
  await deps.blobs.put(scope, 'sources/src_1', Readable.from(['sound']));
  await deps.store.transcripts.add(scope, aTranscript({ createdAt: START }));
});

describe('retention', () => {
  it('is off: upkeep alone takes nothing, whatever its age', async () => {
    await clock.advance(400 * DAY_MS);
    expect(await runUpkeep(deps, never)).toMatchObject({ retained: { trashed: 0, removed: 0 } });
    expect([await hasAudio(), await hasText()]).toEqual([true, true]);
  });

  it('takes words after 14 days and sound after 30, each by itself, into the trash and 7 days later for good', async () => {
    const states: unknown[] = [];
    for (const days of [14, 1, 7, 8, 1, 7]) {
      await clock.advance(days * DAY_MS);
      await runUpkeep({ ...deps, retention: terms }, never);
      states.push([(clock.now() - START) / DAY_MS, await hasText(), await hasAudio(), await hasFile()]);
    }
    expect(states).toEqual([
      [14, true, true, true],
      [15, false, true, true],
      [22, false, true, true],
      [30, false, true, true],
      [31, false, 'audio_removed', true],
      [38, false, 'audio_removed', true],
    ]);
    await clock.advance(1);
    expect(await apply()).toMatchObject({ trashed: { count: 0 }, removed: { count: 1, items: [{ holding: 'audio' }] } });
    expect(await hasFile()).toBe(false);
    expect(await deps.store.sources.find(scope, 'src_1')).not.toBeNull();
    expect(await apply()).toMatchObject({ trashed: { count: 0 }, removed: { count: 0 } });
  });

  it('foresees in a dry run what would go, with sizes and dates, and touches nothing', async () => {
    await clock.advance(31 * DAY_MS);
    const foreseen = await apply(true);
    expect(foreseen).toMatchObject({
      dryRun: true,
      trashed: {
        count: 2,
        sizeBytes: 1_234 + Buffer.byteLength(JSON.stringify(aTranscript().segments)),
        items: [
          { holding: 'audio', sourceId: 'src_1', sizeBytes: 1_234, at: START },
          { holding: 'transcript', sourceId: 'src_1', at: START },
        ],
      },
      removed: { count: 0 },
    });
    expect([await hasAudio(), await hasText(), deps.unfound]).toEqual([true, true, []]);
    expect((await apply()).trashed).toEqual(foreseen.trashed);
    await clock.advance(7 * DAY_MS + 1);
    expect((await apply(true)).removed).toMatchObject({ count: 2 });
    expect(await hasFile()).toBe(true);
    expect((await apply()).removed).toMatchObject({ count: 2 });
    expect(await hasFile()).toBe(false);
  });

  it('lists in the trash what it took; restoring brings back sound and words, findable, for another full term', async () => {
    await clock.advance(31 * DAY_MS);
    await apply();
    expect(deps.unfound).toEqual(['src_1']);
    expect((await listTrash(deps, scope)).map(({ type, id, lectureId, purgeAt }) => ({ type, id, lectureId, purgeAt }))).toEqual([
      { type: 'audio', id: 'src_1', lectureId: 'lecture-1', purgeAt: clock.now() + 7 * DAY_MS },
      { type: 'transcript', id: 'src_1', lectureId: 'lecture-1', purgeAt: clock.now() + 7 * DAY_MS },
    ]);
    await clock.advance(6 * DAY_MS);
    expect(await restoreRecording(deps, recording)).toMatchObject({ id: 'src_1' });
    expect([await hasAudio(), await hasText(), await listTrash(deps, scope)]).toEqual([true, true, []]);
    const index = await deps.store.jobs.findActive(scope, 'index', recording);
    expect(index?.payload).toEqual({ sourceId: 'src_1', textVersion: 1 });
    await deps.store.jobs.requestCancel(scope, index?.id ?? '', clock.now());
    await clock.advance(14 * DAY_MS);
    expect(await apply()).toMatchObject({ trashed: { count: 0 }, removed: { count: 0 } });
    await clock.advance(1);
    expect(await apply()).toMatchObject({ trashed: { count: 1, items: [{ holding: 'transcript' }] } });
  });

  it('leaves a pinned lecture alone, in the trash as well', async () => {
    await deps.store.lectures.update(scope, 'lecture-1', { pinned: true });
    await clock.advance(100 * DAY_MS);
    expect(await apply()).toMatchObject({ trashed: { count: 0 } });
    await deps.store.lectures.update(scope, 'lecture-1', { pinned: false });
    expect(await apply()).toMatchObject({ trashed: { count: 2 } });
    await deps.store.lectures.update(scope, 'lecture-1', { pinned: true });
    await clock.advance(100 * DAY_MS);
    expect(await apply()).toMatchObject({ removed: { count: 0 } });
    expect(await hasFile()).toBe(true);
    await restoreRecording(deps, recording);
    expect([await hasAudio(), await hasText()]).toEqual([true, true]);
  });

  it('leaves a recording alone that a job waits for or works on', async () => {
    await deps.store.jobs.insert(scope, aJob({ lectureId: 'lecture-1', sourceId: 'src_1' }));
    await clock.advance(100 * DAY_MS);
    expect(await apply()).toMatchObject({ trashed: { count: 0 } });
    await deps.store.jobs.requestCancel(scope, 'job_1', clock.now());
    expect(await apply()).toMatchObject({ trashed: { count: 2 } });
  });

  it('says of sound in the trash how to restore it, of sound that is gone that it must be uploaded, and starts no job', async () => {
    const ask = () => requestTranscription(deps, { ...recording, model: null, language: null });
    await clock.advance(31 * DAY_MS);
    await apply();
    await expect(ask()).rejects.toMatchObject({ code: 'audio_removed', detail: /sources\/src_1\/restore/ });
    await clock.advance(7 * DAY_MS + 1);
    await apply();
    await expect(ask()).rejects.toMatchObject({ code: 'audio_removed', detail: /upload the same file/ });
    expect((await deps.store.jobs.list(scope, {}, { cursor: null, limit: 9 })).items).toEqual([]);
  });

  it('lets a lecture be transcribed whose newer recording has its sound still', async () => {
    await clock.advance(31 * DAY_MS);
    await deps.store.sources.insert(scope, aSource({ id: 'src_2', createdAt: clock.now() }));
    await apply();
    const job = await requestTranscription(deps, { ...recording, sourceId: null, model: null, language: null });
    expect(job.sourceId).toBe('src_2');
  });

  it('removes a file in the next run when the first was stopped before it could', async () => {
    await clock.advance(31 * DAY_MS);
    await apply();
    await clock.advance(7 * DAY_MS + 1);
    const broken = { ...deps, blobs: { remove: async () => Promise.reject(new Error('The power is out.')) } };
    await expect(applyRetention(broken, { terms, dryRun: false }, never)).rejects.toThrow('power');
    expect(await hasFile()).toBe(true);
    expect(await restoreRecording(deps, recording)).toMatchObject({ id: 'src_1' });
    expect(await hasAudio()).toBe('audio_removed');
    await apply();
    expect(await hasFile()).toBe(false);
  });

  it('does not touch what lies in the trash with its lecture, and stops when it is told to', async () => {
    await clock.advance(100 * DAY_MS);
    await expect(applyRetention(deps, { terms, dryRun: false }, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await hasAudio()).toBe(true);
    await trashLecture(deps, recording);
    expect(await apply()).toMatchObject({ trashed: { count: 0 } });
  });

  it('takes each thing once when two runs meet', async () => {
    for (let n = 2; n < 260; n += 1) await deps.store.sources.insert(scope, aSource({ id: `src_${n}`, createdAt: START }));
    await clock.advance(31 * DAY_MS);
    const [one, two] = await Promise.all([apply(), apply()]);
    expect((one?.trashed.count ?? 0) + (two?.trashed.count ?? 0)).toBe(260);
  });
});
