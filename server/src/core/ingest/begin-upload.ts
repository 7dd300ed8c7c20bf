import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import { UPLOAD_KEPT_MS, type Upload, type UploadMetadata } from '../domain/upload.ts';
import { findPreset } from '../library/presets.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { readUploadWish } from './upload-wish.ts';

export interface BeginUploadDeps {
  readonly store: Pick<Store, 'uploads' | 'presets'>;
  readonly blobs: Pick<Blobs, 'freeBytes'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface BeginUploadInput {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly id: string;
  readonly fileName: string;
  readonly metadata: UploadMetadata;
  /** Null when the client does not know it yet. */
  readonly sizeBytes: number | null;
  readonly maxBytes: number;
}

/** One person has a few. This many are a program that went wrong, and each may hold bytes for a day. */
const MOST_RECEIVING = 1_000;
/** The pieces and the file that is made of them lie side by side for a moment. */
const COPIES = 2;

/**
 * Makes room for a file that arrives in pieces. What can be refused is refused now, before its bytes are sent.
 * @throws AppError `media_empty`, `body_too_large`, `storage_full`, `too_many_uploads`, `invalid_request`, `preset_not_found`
 */
export async function beginUpload(deps: BeginUploadDeps, input: BeginUploadInput): Promise<Upload> {
  const { scope, id, fileName, metadata, sizeBytes } = input;
  await findPreset(deps, scope, readUploadWish(metadata).presetId);
  await refuseSize(deps, input);
  if ((await deps.store.uploads.countReceiving(scope)) >= MOST_RECEIVING) {
    throw new AppError(
      'too_many_uploads',
      `${MOST_RECEIVING} uploads were begun and not ended. Finish or end some of them (DELETE) first; those left alone go after 24 hours.`,
    );
  }
  const now = deps.clock.now();
  const upload: Upload = {
    id,
    ownerId: scope.ownerId,
    fileName,
    metadata,
    sizeBytes,
    offsetBytes: 0,
    status: 'receiving',
    createdAt: now,
    updatedAt: now,
    expiresAt: now + UPLOAD_KEPT_MS,
    jobId: null,
    lectureId: null,
    sourceId: null,
    error: null,
  };
  await deps.store.uploads.insert(scope, upload);
  return upload;
}

/** For a length that is said later too. @throws AppError `media_empty`, `body_too_large`, `storage_full` */
export async function refuseSize(
  deps: Pick<BeginUploadDeps, 'blobs'>,
  { sizeBytes, maxBytes }: Pick<BeginUploadInput, 'sizeBytes' | 'maxBytes'>,
): Promise<void> {
  if (sizeBytes === 0) throw new AppError('media_empty', 'The file is empty. Upload the recording again.');
  if (sizeBytes !== null && sizeBytes > maxBytes) {
    throw new AppError(
      'body_too_large',
      `The file is larger than ${inMegabytes(maxBytes)} MB. Shorten or compress the recording, or raise UPLOAD_MAX_FILE_SIZE.`,
    );
  }
  const free = (await deps.blobs.freeBytes?.()) ?? null;
  if (free === null || (sizeBytes ?? 0) * COPIES <= free) return;
  throw new AppError(
    'storage_full',
    `The disk has ${inMegabytes(free)} MB left; a file of ${inMegabytes(sizeBytes ?? 0)} MB needs twice its size while it is taken in. Free some space, then send it again.`,
  );
}

function inMegabytes(bytes: number): number {
  return Math.floor(bytes / 1_000_000);
}
