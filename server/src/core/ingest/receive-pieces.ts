import { randomUUID } from 'node:crypto';
import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../domain/upload.ts';
import { dispatch, enqueueIn, newJob, type EnqueueDeps } from '../jobs/enqueue.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Store } from '../ports/store.ts';
import { cutIntoPieces } from './cut-into-pieces.ts';
import { ingestUploadJob } from './ingest-upload.job.ts';

export interface ReceivePiecesDeps extends EnqueueDeps {
  readonly blobs: Pick<Blobs, 'put' | 'remove'>;
}

export interface ReceivePiecesInput {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly uploadId: string;
  /** Where the bytes begin: what the client believes is stored. */
  readonly offsetBytes: number;
  readonly data: AsyncIterable<Uint8Array>;
  /** More than so many are refused. */
  readonly mostBytes: number;
}

/** What a killed server loses of an upload, at most. */
export const PIECE_BYTES = 8 * 1024 * 1024;
/** On a slow line a piece is stored this often. */
const PIECE_MS = 10_000;
/** Copying a file runs at about this pace on plain disks; only for the order of jobs. */
const BYTES_PER_MS = 100_000;

/**
 * Stores bytes of an upload, piece by piece; each is safe once it is stored, whatever breaks after it. While one piece
 * is being made safe the next is already received, so that neither waits for the other. With the last byte the job
 * is written that makes a recording of the upload.
 *
 * @param signal ends the reception in good order: what has arrived is stored, then its reason is thrown
 * @throws AppError `upload_not_found`, `upload_expired`, `upload_conflict`, `body_too_large`, `storage_full`, `storage_unavailable`; what
 *   `data` throws, when all before it is stored
 */
export async function receivePieces(deps: ReceivePiecesDeps, input: ReceivePiecesInput, signal: AbortSignal): Promise<Upload> {
  const upload = await findReceiving(deps.store, input);
  const terms = { mostBytes: input.mostBytes, maxBytes: PIECE_BYTES, maxMs: PIECE_MS, now: () => deps.clock.now() };
  const pieces = cutIntoPieces(input.data, terms, signal);
  let { offsetBytes } = input;
  let last = Promise.resolve(upload);
  let noted: Promise<string> | null = null;
  try {
    while (await pieces.more()) {
      const piece = pieces.next();
      const key = await (noted ?? noteKey(deps.store, input));
      // The key of the next piece becomes safe while this one comes; one that is never used goes with the upload.
      const isLast = upload.sizeBytes !== null && offsetBytes + PIECE_BYTES >= upload.sizeBytes;
      noted = isLast ? null : noteKey(deps.store, input);
      noted?.catch(() => {}); // told when it is its turn
      const stored = deps.blobs.put(input.scope, key, piece.bytes, { digest: false });
      const before = last;
      last = addPiece(deps, input, { key, offsetBytes, stored, before });
      last.catch(() => {}); // told below, in its turn
      // Whichever comes first: all of its bytes are here, or it cannot be stored. Two pieces are under way at most.
      const sizeBytes = await Promise.race([piece.taken, stored.then(() => piece.taken)]);
      offsetBytes += sizeBytes;
      await before;
    }
  } finally {
    pieces.close();
    await last.catch(() => {}); // nothing of this goes on once the caller is told
  }
  const received = await last;
  if (pieces.broken() !== null) throw pieces.broken();
  return received.status === 'receiving' ? completeWhole(deps, input.scope, received) : received;
}

interface PieceUnderWay {
  readonly key: string;
  readonly offsetBytes: number;
  readonly stored: Promise<{ readonly sizeBytes: number }>;
  readonly before: Promise<unknown>;
}

/** Makes a piece part of the upload once it is stored and the one before it is part. */
async function addPiece(deps: ReceivePiecesDeps, input: ReceivePiecesInput, piece: PieceUnderWay): Promise<Upload> {
  const { key, offsetBytes } = piece;
  try {
    const [{ sizeBytes }] = await Promise.all([piece.stored, piece.before]);
    return await append(deps, input, { key, offsetBytes, sizeBytes });
  } catch (error) {
    await piece.stored.catch(() => {}); // not removed while it is being written
    await discard(deps, input, key);
    throw error;
  }
}

async function findReceiving(
  store: Pick<Store, 'uploads'>,
  { scope, uploadId, offsetBytes }: ReceivePiecesInput,
): Promise<Upload> {
  const upload = await store.uploads.find(scope, uploadId);
  if (!upload) throw uploadNotFound(uploadId);
  if (upload.status === 'expired') throw new AppError('upload_expired', 'This upload was given up. Begin it again.');
  if (upload.status === 'receiving' && upload.offsetBytes === offsetBytes) return upload;
  throw conflict();
}

export function uploadNotFound(uploadId: string): AppError {
  return new AppError(
    'upload_not_found',
    `There is no upload "${uploadId}". Uploads are removed 24 hours after their last byte; begin it again.`,
  );
}

function conflict(): AppError {
  return new AppError(
    'upload_conflict',
    'The upload is at another byte. Ask with HEAD how many are stored, and go on from there.',
  );
}

/** A key of its own for each try: of two who store at the same place, neither overwrites what the other made safe. */
async function noteKey(store: Pick<Store, 'uploads'>, { scope, uploadId }: ReceivePiecesInput): Promise<string> {
  const key = `uploads/${uploadId}/${randomUUID()}`;
  if (await store.uploads.noteKey(scope, uploadId, key)) return key;
  throw conflict();
}

async function append(
  deps: ReceivePiecesDeps,
  { scope, uploadId }: ReceivePiecesInput,
  part: { key: string; offsetBytes: number; sizeBytes: number },
): Promise<Upload> {
  const now = deps.clock.now();
  const { upload, job } = await deps.store.transaction(async (tx) => {
    const moved = await tx.uploads.addPart(scope, uploadId, part, { at: now, expiresAt: now + UPLOAD_KEPT_MS });
    if (!moved) throw conflict();
    return moved.offsetBytes === moved.sizeBytes ? completeIn(tx, scope, moved, now) : { upload: moved, job: null };
  });
  await tell(deps, job);
  return upload;
}

/** For an upload whose length was said only after its last byte. */
async function completeWhole(deps: ReceivePiecesDeps, scope: Scope, upload: Upload): Promise<Upload> {
  const now = deps.clock.now();
  const done = await deps.store.transaction(async (tx) => {
    const found = await tx.uploads.find(scope, upload.id);
    const isWhole = found?.status === 'receiving' && found.offsetBytes === found.sizeBytes;
    return isWhole ? completeIn(tx, scope, found, now) : { upload: found ?? upload, job: null };
  });
  await tell(deps, done.job);
  return done.upload;
}

async function completeIn(tx: Store, scope: Scope, upload: Upload, now: number): Promise<{ upload: Upload; job: Job }> {
  const request = {
    payload: { uploadId: upload.id },
    lectureId: null,
    sourceId: null,
    estimateMs: Math.ceil(upload.offsetBytes / BYTES_PER_MS),
    message: 'Waiting to make a source of the upload.',
  };
  const job = await enqueueIn(tx, scope, newJob(ingestUploadJob, now, request));
  const times = { at: now, expiresAt: now + UPLOAD_KEPT_MS };
  if (!(await tx.uploads.complete(scope, upload.id, job.id, times))) throw conflict();
  return { upload: { ...upload, status: 'complete', jobId: job.id }, job };
}

/** The job is in the table: a queue that is away does not undo the upload. */
async function tell(deps: ReceivePiecesDeps, job: Job | null): Promise<void> {
  if (job) await dispatch(deps, [job]).catch(() => {});
}

/** What could not be added belongs to nothing. If it cannot be removed now, it goes with the upload. */
async function discard(deps: ReceivePiecesDeps, { scope, uploadId }: ReceivePiecesInput, key: string): Promise<void> {
  try {
    await deps.blobs.remove(scope, key);
    await deps.store.uploads.forgetKey(scope, uploadId, key);
  } catch {
    // the error that came first is the one to tell
  }
}
