import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Lecture, Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { findPreset } from '../library/presets.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import type { Store } from '../ports/store.ts';
import { acceptRecording, type Incoming } from './accept-recording.ts';
import { reviveAudio } from './revive-audio.ts';

export interface IngestDeps {
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'presets' | 'holdings' | 'transaction'>;
  readonly blobs: Pick<Blobs, 'move' | 'remove' | 'withFile'>;
  readonly decoder: Pick<MediaDecoder, 'probe'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface IngestInput {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly courseId: string;
  /** Null lets us make one. */
  readonly lectureId: string | null;
  readonly presetId: string;
  /** Null takes the file's name. */
  readonly title: string | null;
  readonly fileName: string;
  /** Bytes that have been stored under a key of their own; they are moved, or removed when they are not kept. */
  readonly incoming: Incoming;
}

export interface Ingested {
  readonly lecture: Lecture;
  readonly source: Source;
  /** False when the lecture was there already with the same bytes. */
  readonly created: boolean;
}

/**
 * Makes a lecture of a recording. Unknown courses are made. The same lecture id with the same bytes changes
 * nothing; with other bytes it is a conflict and what is there stays.
 *
 * @throws AppError `preset_not_found`, `lecture_conflict`, and the media errors of `MediaDecoder.probe`
 */
export async function ingest(deps: IngestDeps, input: IngestInput, signal: AbortSignal): Promise<Ingested> {
  let keyToRemove: string | null = input.incoming.key;
  try {
    await findPreset(deps, input.scope, input.presetId);
    const known = input.lectureId === null ? null : await findKnown(deps, input, input.lectureId);
    if (known) return known;
    const lectureId = input.lectureId ?? newId('lec');
    const recording = await acceptRecording(deps, { ...input, lectureId, title: input.title ?? titleOf(input.fileName) }, signal);
    keyToRemove = recording.blobKey;
    const lecture = newLecture(deps, input, lectureId, recording.title);
    if (await insertAll(deps, input, lecture, recording)) {
      keyToRemove = null;
      return { lecture, source: recording, created: true };
    }
    // Somebody else made the lecture in the same moment: what they brought decides.
    const winner = await findKnown(deps, input, lectureId);
    if (winner) return winner;
    throw conflict(lectureId);
  } finally {
    if (keyToRemove !== null) await deps.blobs.remove(input.scope, keyToRemove).catch(() => {});
  }
}

/** The lecture of this id if it holds the same bytes; null when there is none. @throws AppError `lecture_conflict` */
async function findKnown(deps: IngestDeps, input: IngestInput, lectureId: string): Promise<Ingested | null> {
  const lecture = await deps.store.lectures.find(input.scope, lectureId);
  if (!lecture) {
    if (await deps.store.lectures.find(input.scope, lectureId, { trashed: true })) {
      throw new AppError(
        'lecture_conflict',
        `The lecture "${lectureId}" is in the trash. Restore it (POST /api/lectures/${lectureId}/restore) or use another lecture_id.`,
      );
    }
    return null;
  }
  const sources = await deps.store.sources.ofLecture(input.scope, lectureId);
  const source = sources.find((candidate) => candidate.sha256 === input.incoming.sha256);
  if (source) {
    await reviveAudio(deps, input.scope, source, input.incoming.key);
    return { lecture, source, created: false };
  }
  throw conflict(lectureId);
}

function conflict(lectureId: string): AppError {
  return new AppError(
    'lecture_conflict',
    `The lecture "${lectureId}" exists with another recording, which is kept. Use another lecture_id, or add this recording to it with POST /api/lectures/${lectureId}/sources.`,
  );
}

function newLecture(deps: IngestDeps, input: IngestInput, id: string, title: string): Lecture {
  return {
    id,
    ownerId: input.scope.ownerId,
    courseId: input.courseId,
    presetId: input.presetId,
    title,
    createdAt: deps.clock.now(),
    deletedAt: null,
    pinned: false,
  };
}

async function insertAll(deps: IngestDeps, input: IngestInput, lecture: Lecture, recording: Source): Promise<boolean> {
  return deps.store.transaction(async (tx) => {
    const { scope, courseId } = input;
    if (await tx.courses.find(scope, courseId, { trashed: true })) {
      throw new AppError(
        'course_not_found',
        `The course "${courseId}" is in the trash. Restore it (POST /api/courses/${courseId}/restore) or use another course_id.`,
      );
    }
    await tx.courses.insert(scope, {
      id: courseId,
      ownerId: scope.ownerId,
      title: courseId,
      createdAt: deps.clock.now(),
      deletedAt: null,
    });
    if (!(await tx.lectures.insert(scope, lecture))) return false;
    await tx.sources.insert(scope, recording);
    return true;
  });
}

/** `Week 3.m4a` -> `Week 3` */
function titleOf(fileName: string): string {
  return fileName.replace(/\.[A-Za-z0-9]{1,5}$/, '') || 'Recording';
}
