import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import type { LiveRecording } from '../domain/live-recording.ts';
import type { Upload } from '../domain/upload.ts';
import type { JobContext } from '../jobs/job-kind.ts';
import type { Blobs, Clock, Store } from '../ports/index.ts';
import { findLive } from './close-live.ts';
import type { FinishLivePayload } from './finish-live.job.ts';
import type { OwnerScope } from './live-deps.ts';
import { soundBytes, wavHeader } from './live-sound.ts';

export interface FinishLiveDeps {
  readonly store: Store;
  readonly blobs: Pick<Blobs, 'put'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Makes a source of an upload that is complete; done twice, it gives the same. */
  takeIn(uploadId: string): Promise<{ readonly lectureId: string; readonly sourceId: string }>;
}

export interface FinishedLive {
  readonly live: LiveRecording;
  readonly lectureId: string;
  readonly sourceId: string;
}

/**
 * Makes a recording of live sound whose end is known. Done twice, it gives the same source.
 * @throws AppError `live_not_found`, and those of taking in an upload; the recording then says why
 */
export async function finishLive(
  deps: FinishLiveDeps,
  { liveId }: FinishLivePayload,
  context: Pick<JobContext, 'job' | 'signal' | 'checkpoint'>,
): Promise<FinishedLive> {
  const scope: OwnerScope = { kind: 'owner', ownerId: context.job.ownerId };
  const live = await findLive(deps.store, scope, liveId);
  const upload = await deps.store.uploads.find(scope, live.uploadId);
  // Afterwards the parts are gone: a header would be left behind alone.
  if (upload?.status === 'complete' && live.format === 'pcm') await writeLength(deps, scope, live, upload);
  try {
    return { live, ...(await deps.takeIn(live.uploadId)) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof AppError && error.permanent) {
      const end = { status: 'failed', error: { code: error.code, detail: error.detail } } as const;
      await context.checkpoint((tx) => tx.live.settle(scope, liveId, end, deps.clock.now()));
    }
    throw error;
  }
}

/** The first part is the header, written before anybody knew how much would follow. */
async function writeLength(deps: FinishLiveDeps, scope: OwnerScope, live: LiveRecording, upload: Upload): Promise<void> {
  const [first] = await deps.store.uploads.parts(scope, upload.id);
  const header = wavHeader(soundBytes(live, upload));
  if (first?.offsetBytes !== 0 || first.sizeBytes !== header.byteLength)
    throw new AppError('internal', 'The recording has no header.');
  await deps.blobs.put(scope, first.key, Readable.from([header], { objectMode: false }));
}
