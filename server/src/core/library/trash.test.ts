import { beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aJob, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { Readable } from 'node:stream';
import { LOCAL_OWNER, ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import { runUpkeep } from '../upkeep/run-upkeep.ts';
import { scheduleUpkeep } from '../upkeep/schedule-upkeep.ts';
import { listTrash, restoreCourse, restoreLecture, restoreSource, trashCourse, trashLecture, trashSource } from './trash.ts';

const scope = ownerScope(LOCAL_OWNER);
const DAY_MS = 24 * 60 * 60 * 1000;
const lecture = { scope, lectureId: 'lecture-1' };
const course = { scope, courseId: 'course-1' };
const source = { ...lecture, sourceId: 'src_1' };

let clock: ManualClock;
let deps: ReturnType<typeof makeDeps>;

function makeDeps() {
  const store = memoryStore();
  const removed: string[] = [];
  const searchIndex = { remove: async (_: unknown, sourceId: string) => void removed.push(sourceId) };
  return {
    store,
    events: storeEvents(store),
    queue: inProcessQueue(),
    clock,
    blobs: memoryBlobs(),
    searchIndex,
    log: silentLog,
    removed,
  };
}

beforeEach(async () => {
  clock = new ManualClock(100 * DAY_MS);
  deps = makeDeps();
  await deps.store.courses.insert(scope, aCourse());
  await deps.store.lectures.insert(scope, aLecture());
  for (const id of ['src_1', 'src_2']) {
    await deps.store.sources.insert(scope, aSource({ id }));
    await deps.blobs.put(scope, `sources/${id}`, Readable.from(['sound']));
  }
  await deps.store.transcripts.add(scope, aTranscript());
});

describe('the trash', () => {
  it('hides a lecture, lists it, cancels its jobs, and gives all of it back', async () => {
    await deps.store.jobs.insert(scope, aJob({ id: 'job_1', lectureId: 'lecture-1' }));
    await deps.store.jobs.insert(scope, aJob({ id: 'job_2', lectureId: 'lecture-1', sourceId: 'src_1' }));
    await deps.store.jobs.insert(scope, aJob({ id: 'job_3' }));
    await deps.store.jobs.claim({ kinds: ['test'], workerId: 'w', now: clock.now(), leaseMs: 10, executedBy: 'worker' });
    expect(await trashLecture(deps, lecture)).toMatchObject({ id: 'lecture-1', deletedAt: clock.now() });
    expect(await deps.store.lectures.find(scope, 'lecture-1')).toBeNull();
    expect(await deps.store.sources.ofLecture(scope, 'lecture-1')).toEqual([]);
    expect(await deps.store.jobs.find(scope, 'job_1')).toMatchObject({ status: 'running', cancelRequested: true });
    expect(await deps.store.jobs.find(scope, 'job_2')).toMatchObject({ status: 'cancelled' });
    expect(await deps.store.jobs.find(scope, 'job_3')).toMatchObject({ status: 'queued' });
    const item = {
      type: 'lecture',
      id: 'lecture-1',
      lectureId: 'lecture-1',
      title: 'How memory works',
      deletedAt: clock.now(),
      purgeAt: clock.now() + 7 * DAY_MS,
    };
    expect(await listTrash(deps, scope)).toEqual([item]);
    expect(await restoreLecture(deps, lecture)).toEqual(aLecture());
    expect(await deps.store.sources.ofLecture(scope, 'lecture-1')).toHaveLength(2);
    expect(await deps.store.transcripts.latest(scope, 'src_1')).not.toBeNull();
    expect(await listTrash(deps, scope)).toEqual([]);
  });

  it('hides a course with its lectures and cancels their jobs', async () => {
    await deps.store.jobs.insert(scope, aJob({ lectureId: 'lecture-1' }));
    await trashCourse(deps, course);
    expect(await deps.store.lectures.find(scope, 'lecture-1')).toBeNull();
    expect(await deps.store.jobs.find(scope, 'job_1')).toMatchObject({ status: 'cancelled' });
    expect((await listTrash(deps, scope)).map((item) => item.type)).toEqual(['course']);
    await restoreCourse(deps, course);
    expect(await deps.store.lectures.find(scope, 'lecture-1')).not.toBeNull();
  });

  it('hides one source, cancels only its jobs, and gives it back', async () => {
    await deps.store.jobs.insert(scope, aJob({ id: 'job_1', lectureId: 'lecture-1', sourceId: 'src_1' }));
    await deps.store.jobs.insert(scope, aJob({ id: 'job_2', lectureId: 'lecture-1', sourceId: 'src_2' }));
    await trashSource(deps, source);
    expect((await deps.store.sources.ofLecture(scope, 'lecture-1')).map((one) => one.id)).toEqual(['src_2']);
    expect((await deps.store.jobs.find(scope, 'job_1'))?.status).toBe('cancelled');
    expect((await deps.store.jobs.find(scope, 'job_2'))?.status).toBe('queued');
    expect(await restoreSource(deps, source)).toMatchObject({ id: 'src_1', deletedAt: null });
  });

  it('restores nothing into something that is in the trash itself, and says what to restore first', async () => {
    await trashLecture(deps, lecture);
    await trashCourse(deps, course);
    await expect(restoreLecture(deps, lecture)).rejects.toMatchObject({ code: 'course_not_found', detail: /Restore that first/ });
    await expect(restoreSource(deps, source)).rejects.toMatchObject({ code: 'lecture_not_found' });
  });

  it('knows nothing of what is not there, not there any more, or of another owner', async () => {
    const stranger = ownerScope('other');
    await expect(trashLecture(deps, { scope: stranger, lectureId: 'lecture-1' })).rejects.toMatchObject({
      code: 'lecture_not_found',
    });
    await expect(trashCourse(deps, { scope, courseId: 'none' })).rejects.toMatchObject({ code: 'course_not_found' });
    await expect(trashSource(deps, { ...source, lectureId: 'else' })).rejects.toMatchObject({ code: 'source_not_found' });
    await expect(restoreCourse(deps, { scope, courseId: 'none' })).rejects.toMatchObject({ code: 'course_not_found' });
    await trashLecture(deps, lecture);
    await expect(trashLecture(deps, lecture)).rejects.toMatchObject({ code: 'lecture_not_found' });
  });
});

describe('upkeep', () => {
  const signal = new AbortController().signal;

  it('purges what was in the trash for more than seven days: rows, files and search entries', async () => {
    await deps.blobs.put(scope, 'exports/1', Readable.from(['x']));
    const facts = { mediaType: 'text/plain', fileName: 'a.txt', sizeBytes: 1, createdAt: 1 };
    await deps.store.exports.put(scope, {
      ownerId: LOCAL_OWNER,
      lectureId: 'lecture-1',
      type: 'txt',
      blobKey: 'exports/1',
      ...facts,
    });
    await trashLecture(deps, lecture);
    await clock.advance(7 * DAY_MS);
    expect(await runUpkeep(deps, signal)).toMatchObject({ lectures: 0 });
    await clock.advance(1);
    expect(await runUpkeep(deps, signal)).toMatchObject({ courses: 0, lectures: 1, sources: 0 });
    for (const key of ['sources/src_1', 'sources/src_2', 'exports/1']) expect(await deps.blobs.stat(scope, key)).toBeNull();
    expect(deps.removed.sort()).toEqual(['src_1', 'src_2']);
    expect(await deps.store.transcripts.latest(scope, 'src_1')).toBeNull();
    await expect(restoreLecture(deps, lecture)).rejects.toMatchObject({ code: 'lecture_not_found' });
    expect(await listTrash(deps, scope)).toEqual([]);
  });

  it('purges a course with its lectures, those deleted before it included, and single sources', async () => {
    await deps.store.courses.insert(scope, aCourse({ id: 'course-2' }));
    await deps.store.lectures.insert(scope, aLecture({ id: 'lecture-2', courseId: 'course-2' }));
    await deps.store.sources.insert(scope, aSource({ id: 'src_3', lectureId: 'lecture-2' }));
    await deps.blobs.put(scope, 'sources/src_3', Readable.from(['x']));
    await trashSource(deps, source);
    await trashLecture(deps, { scope, lectureId: 'lecture-2' });
    await trashCourse(deps, { scope, courseId: 'course-2' });
    await clock.advance(8 * DAY_MS);
    expect(await runUpkeep(deps, signal)).toMatchObject({ courses: 1, lectures: 1, sources: 1 });
    expect(await deps.blobs.stat(scope, 'sources/src_1')).toBeNull();
    expect(await deps.blobs.stat(scope, 'sources/src_2')).not.toBeNull();
    expect(await deps.blobs.stat(scope, 'sources/src_3')).toBeNull();
  });

  it('removes jobs that ended more than thirty days ago', async () => {
    await deps.store.jobs.insert(scope, aJob());
    await deps.store.jobs.requestCancel(scope, 'job_1', clock.now());
    await clock.advance(30 * DAY_MS);
    expect(await runUpkeep(deps, signal)).toMatchObject({ jobs: 0 });
    await clock.advance(1);
    expect(await runUpkeep(deps, signal)).toMatchObject({ jobs: 1 });
  });

  it('is scheduled at the start and every day, one job at a time', async () => {
    const count = async (): Promise<number> =>
      (await deps.store.jobs.list(ownerScope(SYSTEM_OWNER), {}, { cursor: null, limit: 10 })).items.length;
    const stops = [scheduleUpkeep(deps), scheduleUpkeep(deps)];
    await clock.advance(0);
    expect(await count()).toBe(1);
    await clock.advance(DAY_MS);
    expect(await count()).toBe(1);
    const job = await deps.store.jobs.claim({
      kinds: ['upkeep'],
      workerId: 'w',
      now: clock.now(),
      leaseMs: 10,
      executedBy: 'worker',
    });
    await deps.store.jobs.finish({ jobId: job?.id ?? '', workerId: 'w', token: 1 }, { kind: 'done', result: null }, clock.now());
    await clock.advance(DAY_MS);
    expect(await count()).toBe(2);
    await Promise.all(stops.map((stop) => stop()));
  });

  it('runs once a day however many processes ask for it, and whenever they start', async () => {
    const system = ownerScope(SYSTEM_OWNER);
    const work = async (): Promise<void> => {
      const job = await deps.store.jobs.claim({
        kinds: ['upkeep'],
        workerId: 'w',
        now: clock.now(),
        leaseMs: 10,
        executedBy: 'worker',
      });
      if (job)
        await deps.store.jobs.finish({ jobId: job.id, workerId: 'w', token: 1 }, { kind: 'done', result: null }, clock.now());
    };
    const stops = Array.from({ length: 19 }, () => scheduleUpkeep(deps));
    await clock.advance(5 * 60_000);
    await work();
    stops.push(scheduleUpkeep(deps));
    await clock.advance(DAY_MS - 10 * 60_000);
    await work();
    await clock.advance(5 * 60_000);
    await work();
    await Promise.all(stops.map((stop) => stop()));
    const { items } = await deps.store.jobs.list(system, {}, { cursor: null, limit: 100 });
    expect(items.map(({ id, status }) => [id, status])).toEqual([
      ['job_upkeep_1970-04-12', 'succeeded'],
      ['job_upkeep_1970-04-11', 'succeeded'],
    ]);
  });
});
