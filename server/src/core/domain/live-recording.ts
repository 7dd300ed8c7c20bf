import type { JobError } from './job.ts';

/**
 * `pcm`: bare samples, 16 kHz mono s16le. `webm` and `ogg`: Opus as browsers record it, one stream from its first byte to its last.
 */
export const liveFormats = ['pcm', 'webm', 'ogg'] as const;
export type LiveFormat = (typeof liveFormats)[number];

/** `open`: sound may come. `closing`: a job makes a recording of it. `finished`: it did. `failed`: there is none, `error` says why. */
export const liveStatuses = ['open', 'closing', 'finished', 'failed'] as const;
export type LiveStatus = (typeof liveStatuses)[number];

/** Sound that is recorded at this moment, or was. Its bytes are those of the upload, where they are stored as they arrive. */
export interface LiveRecording {
  readonly id: string;
  readonly ownerId: string;
  readonly lectureId: string;
  readonly uploadId: string;
  readonly format: LiveFormat;
  /** ISO 639-1 of what is spoken; null lets engines find out. */
  readonly language: string | null;
  /** The engine that was asked for while it is recorded; null takes the best that is ready. */
  readonly engine: string | null;
  readonly status: LiveStatus;
  readonly createdAt: number;
  /** When sound was last stored: the lease of whoever records. */
  readonly soundAt: number;
  readonly endedAt: number | null;
  /** Live text was told up to here. */
  readonly heardMs: number;
  /** The job that makes a recording of it. */
  readonly jobId: string | null;
  readonly sourceId: string | null;
  readonly error: JobError | null;
}

/** A moment that somebody marked while it was recorded: "lost", "bookmark". */
export interface LiveMark {
  readonly id: string;
  readonly ownerId: string;
  readonly liveId: string;
  readonly lectureId: string;
  /** From the start of the recording. */
  readonly atMs: number;
  readonly label: string;
  readonly note: string | null;
  readonly createdAt: number;
}

/** What was heard between two pauses: a draft until the recording is transcribed. */
export interface LiveLine {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}
