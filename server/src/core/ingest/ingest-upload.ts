import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import { idOf } from '../domain/ids.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { UPLOAD_KEPT_MS, type Upload, type UploadPart } from '../domain/upload.ts';
import type { JobContext } from '../jobs/job-kind.ts';
import type { Blobs, Clock, Log, Store } from '../ports/index.ts';
import type { Incoming } from './accept-recording.ts';
import { ingest, type IngestDeps } from './ingest.ts';
import type { IngestUploadPayload } from './ingest-upload.job.ts';
import { uploadNotFound } from './receive-pieces.ts';
import { removeBytes } from './remove-upload.ts';
import { readUploadWish } from './upload-wish.ts';

type OwnerScope = Extract<Scope, { kind: 'owner' }>;

export interface IngestUploadDeps extends Omit<IngestDeps, 'store' | 'blobs' | 'clock'> {
  readonly store: Store;
  readonly blobs: IngestDeps['blobs'] & Pick<Blobs, 'put' | 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Adds a file to a lecture that exists. */
  addSource(
    input: { scope: OwnerScope; lectureId: string; title: string | null; fileName: string; incoming: Incoming },
    signal: AbortSignal,
  ): Promise<{ readonly source: Source; readonly created: boolean }>;
}

export type IngestUploadContext = Pick<JobContext, 'job' | 'signal' | 'report' | 'checkpoint'>;

export interface IngestedUpload {
  readonly uploadId: string;
  readonly lectureId: string;
  readonly sourceId: string;
  /** False when the same bytes were there already. */
  readonly created: boolean;
}

/**
 * Makes a source of an upload whose bytes are all there: joins them to one file, and takes that in like any other. An upload
 * that is no recording says so, and keeps its bytes for a day. Done twice, it gives the same source.
 *
 * @throws AppError `upload_not_found`, and those of `ingest`
 */
export async function ingestUpload(
  deps: IngestUploadDeps,
  { uploadId }: IngestUploadPayload,
  context: IngestUploadContext,
): Promise<IngestedUpload> {
  const { signal } = context;
  const scope = scopeOf(context);
  const upload = await deps.store.uploads.find(scope, uploadId);
  if (!upload || upload.status === 'expired') throw uploadNotFound(uploadId);
  if (upload.status === 'failed' && upload.error) throw new AppError(upload.error.code, upload.error.detail);
  if (upload.status === 'finished') return finished(upload, false);
  if (upload.status !== 'complete') throw new AppError('upload_conflict', 'Not all bytes of the upload are there yet.');
  let made: { source: Source; created: boolean };
  try {
    made = await takeIn(deps, upload, context);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.permanent) {
      const end = { status: 'failed', error: { code: error.code, detail: error.detail } } as const;
      await context.checkpoint((tx) => tx.uploads.settle(scope, uploadId, end, timesOf(deps)));
    }
    throw error;
  }
  const { lectureId, id: sourceId } = made.source;
  const end = { status: 'finished', lectureId, sourceId } as const;
  await context.checkpoint((tx) => tx.uploads.settle(scope, uploadId, end, timesOf(deps)));
  // It is a source now. Bytes that cannot be removed at this moment go with the upload, a day later.
  await removeBytes(deps, scope, uploadId).catch((error: unknown) => {
    deps.log.warn('application', 'upload.bytes-left', { uploadId, cause: String(error) });
  });
  return finished({ ...upload, ...end }, made.created);
}

async function takeIn(
  deps: IngestUploadDeps,
  upload: Upload,
  context: IngestUploadContext,
): Promise<{ source: Source; created: boolean }> {
  const { signal, job, report } = context;
  const scope = scopeOf(context);
  const wish = readUploadWish(upload.metadata);
  const { fileName } = upload;
  report(0, 'Putting the upload together.');
  // By token: of two workers that both believe the job is theirs, neither takes the other's file away.
  const key = `uploads/${upload.id}/whole-${job.lease?.token ?? 0}`;
  const incoming = { key, ...(await join(deps, scope, upload, { key, signal, report })) };
  report(0.95, 'Looking at the recording.');
  const { lectureId, title } = wish;
  if (lectureId !== null && (await deps.store.lectures.find(scope, lectureId))) {
    return deps.addSource({ scope, lectureId, title, fileName, incoming }, signal);
  }
  // A worker that dies between making the lecture and saying so must not make another when the job is begun again.
  const own = lectureId ?? idOf('lec', upload.id);
  const { source, created } = await ingest(deps, { scope, ...wish, lectureId: own, fileName, incoming }, signal);
  return { source, created: created || lectureId === null };
}

async function join(
  deps: IngestUploadDeps,
  scope: OwnerScope,
  upload: Upload,
  { key, signal, report }: { key: string; signal: AbortSignal; report: JobContext['report'] },
): Promise<{ sizeBytes: number; sha256: string }> {
  const parts = await deps.store.uploads.parts(scope, upload.id);
  if (
    !(await deps.store.uploads.keys(scope, upload.id)).includes(key) &&
    !(await deps.store.uploads.noteKey(scope, upload.id, key))
  )
    throw uploadNotFound(upload.id);
  const onPart = ({ offsetBytes }: UploadPart): void =>
    report((0.9 * offsetBytes) / Math.max(1, upload.offsetBytes), 'Putting the upload together.');
  const whole = await deps.blobs.put(
    scope,
    key,
    Readable.from(readParts(deps.blobs, scope, parts, onPart), { objectMode: false }),
    {
      signal,
    },
  );
  if (whole.sizeBytes === upload.sizeBytes) return whole;
  throw new AppError('internal', 'The pieces of the upload do not add up to its length.');
}

async function* readParts(
  blobs: Pick<Blobs, 'read'>,
  scope: Scope,
  parts: readonly UploadPart[],
  onPart: (part: UploadPart) => void,
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    onPart(part);
    yield* await blobs.read(scope, part.key);
  }
}

function scopeOf({ job }: IngestUploadContext): OwnerScope {
  return { kind: 'owner', ownerId: job.ownerId };
}

function timesOf(deps: Pick<IngestUploadDeps, 'clock'>): { at: number; expiresAt: number } {
  const at = deps.clock.now();
  return { at, expiresAt: at + UPLOAD_KEPT_MS };
}

function finished({ id, lectureId, sourceId }: Upload, created: boolean): IngestedUpload {
  if (lectureId === null || sourceId === null) throw new Error('A finished upload has a source.');
  return { uploadId: id, lectureId, sourceId, created };
}
