import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import { DEFAULT_COURSE } from '../domain/library.ts';
import type { LiveFormat, LiveRecording } from '../domain/live-recording.ts';
import { DEFAULT_PRESET } from '../domain/preset.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../domain/upload.ts';
import { createLecture } from '../library/create-lecture.ts';
import type { LiveDeps, LiveSettings, OwnerScope } from './live-deps.ts';
import { wavHeader } from './live-sound.ts';
import { storePiece } from './store-piece.ts';

export interface BeginLiveInput {
  readonly scope: OwnerScope;
  readonly courseId: string | null;
  /** One that exists gets the recording; else a lecture of this id is made. Null lets us choose the id. */
  readonly lectureId: string | null;
  readonly presetId: string | null;
  readonly title: string | null;
  readonly format: LiveFormat;
  readonly language: string | null;
  readonly engine: string | null;
}

/** An hour of bare samples. */
const ROOM_BYTES = 115_200_000;

/**
 * Makes a live recording, and the lecture it belongs to.
 * @throws AppError `too_many_live`, `storage_full`, and those of `createLecture`
 */
export async function beginLive(deps: LiveDeps, settings: LiveSettings, input: BeginLiveInput): Promise<LiveRecording> {
  const { scope, format, language, engine } = input;
  await refuse(deps, settings, scope);
  const now = deps.clock.now();
  const title = input.title ?? `Recording of ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')}`;
  const lectureId = await lectureFor(deps, input, title);
  const [uploadId, fileName] = [newId('upl'), `recording.${format === 'pcm' ? 'wav' : format}`];
  const live = newLive({ id: newId('liv'), ownerId: scope.ownerId, lectureId, uploadId, format, language, engine }, now);
  const metadata = { filename: fileName, lectureId, title };
  await deps.store.transaction(async (tx) => {
    await tx.uploads.insert(scope, newUpload({ id: uploadId, ownerId: scope.ownerId, fileName, metadata }, now));
    await tx.live.insert(scope, live);
  });
  if (format === 'pcm') await storePiece(deps, live, { offsetBytes: 0, bytes: wavHeader(null) });
  return live;
}

type LiveBasics = Pick<LiveRecording, 'id' | 'ownerId' | 'lectureId' | 'uploadId' | 'format' | 'language' | 'engine'>;

function newLive(basics: LiveBasics, now: number): LiveRecording {
  const ends = { endedAt: null, heardMs: 0, jobId: null, sourceId: null, error: null };
  return { ...basics, ...ends, status: 'open', createdAt: now, soundAt: now };
}

function newUpload(basics: Pick<Upload, 'id' | 'ownerId' | 'fileName' | 'metadata'>, now: number): Upload {
  const ends = { sizeBytes: null, jobId: null, lectureId: null, sourceId: null, error: null };
  const times = { createdAt: now, updatedAt: now, expiresAt: now + UPLOAD_KEPT_MS };
  return { ...basics, ...ends, ...times, offsetBytes: 0, status: 'receiving' };
}

async function refuse(deps: LiveDeps, { mostOpen }: LiveSettings, scope: OwnerScope): Promise<void> {
  if ((await deps.store.live.countOpen(scope)) >= mostOpen) {
    throw new AppError(
      'too_many_live',
      `${mostOpen} live recordings are open. Stop one of them (POST /api/live/{id}/stop), or wait until those left alone are closed.`,
    );
  }
  const free = (await deps.blobs.freeBytes?.()) ?? null;
  if (free === null || free >= 2 * ROOM_BYTES) return;
  throw new AppError('storage_full', 'The disk has no room for an hour of sound. Free some space, then begin again.');
}

async function lectureFor(deps: LiveDeps, input: BeginLiveInput, title: string): Promise<string> {
  const { scope, lectureId } = input;
  if (lectureId !== null && (await deps.store.lectures.find(scope, lectureId))) return lectureId;
  const { courseId, presetId } = input;
  const wish = { scope, id: lectureId, title, courseId: courseId ?? DEFAULT_COURSE, presetId: presetId ?? DEFAULT_PRESET };
  return (await createLecture(deps, wish)).id;
}
