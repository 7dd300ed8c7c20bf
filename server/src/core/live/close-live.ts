import { AppError } from '../domain/app-error.ts';
import type { JobError } from '../domain/job.ts';
import type { LiveRecording } from '../domain/live-recording.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../domain/upload.ts';
import { dispatch, enqueueIn, newJob } from '../jobs/enqueue.ts';
import type { Store } from '../ports/store.ts';
import { finishLiveJob } from './finish-live.job.ts';
import type { LiveDeps, OwnerScope } from './live-deps.ts';
import { soundBytes } from './live-sound.ts';

export type CloseLiveDeps = Pick<LiveDeps, 'store' | 'queue' | 'events' | 'clock'>;

/** A piece that is stored in the same moment moves the end: it is looked at again. */
const TRIES = 5;
/** Copying runs at about this pace on plain disks; only for the order of jobs. */
const BYTES_PER_MS = 100_000;

/**
 * Ends a live recording: no sound is taken any more, and a job makes a recording of what is stored. One that is over stays as it is.
 * @throws AppError `live_not_found`
 */
export async function closeLive(
  deps: CloseLiveDeps,
  { scope, liveId }: { readonly scope: OwnerScope; readonly liveId: string },
): Promise<LiveRecording> {
  for (let attempt = 1; ; attempt++) {
    const live = await findLive(deps.store, scope, liveId);
    if (live.status !== 'open') return live;
    const upload = await deps.store.uploads.find(scope, live.uploadId);
    const nothing = reasonForNone(live, upload);
    if (nothing || !upload) {
      await giveUp(deps, scope, live, nothing ?? GONE);
      return findLive(deps.store, scope, liveId);
    }
    try {
      const job = await deps.store.transaction((tx) => closeIn(tx, scope, live, upload, deps.clock.now()));
      await dispatch(deps, [job]).catch(() => {}); // it is in the table: a queue that is away undoes nothing
      return await findLive(deps.store, scope, liveId);
    } catch (error) {
      const isMoved = error instanceof AppError && error.code === 'upload_conflict';
      if (!isMoved || attempt === TRIES) throw error;
    }
  }
}

/** @throws AppError `live_not_found` */
export async function findLive(store: Pick<Store, 'live'>, scope: OwnerScope, liveId: string): Promise<LiveRecording> {
  const live = await store.live.find(scope, liveId);
  if (live) return live;
  throw new AppError('live_not_found', `There is no live recording "${liveId}". Begin one with POST /api/live.`);
}

const GONE: JobError = { code: 'upload_expired', detail: 'The sound that was stored is gone: it was given up as an upload.' };

function reasonForNone(live: LiveRecording, upload: Upload | null): JobError | null {
  if (upload?.status !== 'receiving') return GONE;
  if (soundBytes(live, upload) > 0) return null;
  return { code: 'media_empty', detail: 'No sound arrived, so there is no recording. Check the microphone, and begin again.' };
}

async function giveUp(deps: CloseLiveDeps, scope: OwnerScope, live: LiveRecording, error: JobError): Promise<void> {
  await deps.store.transaction(async (tx) => {
    if (!(await tx.live.settle(scope, live.id, { status: 'failed', error }, deps.clock.now()))) return;
    await tx.uploads.expire(scope, live.uploadId); // its bytes go with the daily cleaning
  });
}

async function closeIn(tx: Store, scope: OwnerScope, live: LiveRecording, upload: Upload, now: number) {
  const job = await enqueueIn(
    tx,
    scope,
    newJob(finishLiveJob, now, {
      payload: { liveId: live.id },
      lectureId: live.lectureId,
      sourceId: null,
      estimateMs: Math.ceil(upload.offsetBytes / BYTES_PER_MS),
      message: 'Waiting to make a recording of the live sound.',
    }),
  );
  const isWhole =
    (await tx.uploads.setSize(scope, upload.id, upload.offsetBytes)) &&
    (await tx.uploads.complete(scope, upload.id, job.id, { at: now, expiresAt: now + UPLOAD_KEPT_MS })) &&
    (await tx.live.close(scope, live.id, job.id, now));
  if (!isWhole) throw new AppError('upload_conflict', 'Sound came while the recording was closed.');
  return job;
}
