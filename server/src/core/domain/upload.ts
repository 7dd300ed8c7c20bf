import type { JobError } from './job.ts';

/**
 * `receiving`: bytes are still to come. `complete`: all are there, a job makes a recording of them. `finished`: it did.
 * `failed`: they are no recording. `expired`: it was given up and is being removed.
 */
export const uploadStatuses = ['receiving', 'complete', 'finished', 'failed', 'expired'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];

/** How long an upload is kept after its last byte, and one that has ended after its end. */
export const UPLOAD_KEPT_MS = 24 * 60 * 60 * 1000;

/** What a client said of its file, as it said it: a name may stand without a value. */
export type UploadMetadata = Readonly<Record<string, string | null>>;

/** A file that arrives in pieces, over several requests. */
export interface Upload {
  readonly id: string;
  readonly ownerId: string;
  /** Cleaned, for showing only. */
  readonly fileName: string;
  readonly metadata: UploadMetadata;
  /** Null while the client does not know it. */
  readonly sizeBytes: number | null;
  /** So many bytes are stored: what comes next begins there. */
  readonly offsetBytes: number;
  readonly status: UploadStatus;
  readonly createdAt: number;
  /** When the last bytes were stored, or it ended. */
  readonly updatedAt: number;
  /** It may be removed from then on. */
  readonly expiresAt: number;
  /** The job that makes a recording of it; null until all bytes are there. */
  readonly jobId: string | null;
  readonly lectureId: string | null;
  readonly sourceId: string | null;
  /** Why it is no recording. */
  readonly error: JobError | null;
}

/** A piece of an upload that is stored under a key of its own. */
export interface UploadPart {
  readonly key: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}
