import type { JobError } from '../domain/job.ts';
import type { Upload, UploadPart } from '../domain/upload.ts';
import type { Scope } from '../domain/scope.ts';

/**
 * Uploads and where their bytes lie. Whoever stores bytes notes the key first (`noteKey`): what a killed process left
 * behind is then found and removed with the upload. An upload moves forward by comparing its offset, so that of two
 * who write at the same place, in whatever process, one is told that it came too late.
 */
export interface UploadStore {
  insert(scope: Scope, upload: Upload): Promise<void>;
  find(scope: Scope, id: string): Promise<Upload | null>;
  /** How many are `receiving`. */
  countReceiving(scope: Scope): Promise<number>;
  /** Notes that bytes will be stored under this key. False (and no change) when the upload is not there or takes none any more. */
  noteKey(scope: Scope, id: string, key: string): Promise<boolean>;
  /** The bytes under this key were removed. */
  forgetKey(scope: Scope, id: string, key: string): Promise<void>;
  /** Every key that was noted and not forgotten, bytes or not. */
  keys(scope: Scope, id: string): Promise<readonly string[]>;
  /**
   * Adds the bytes under a noted key at the end and returns the upload as it is then. Null (and no change) when its
   * offset is another by now, it receives no more, or they are more than it may hold.
   */
  addPart(
    scope: Scope,
    id: string,
    part: UploadPart,
    times: { readonly at: number; readonly expiresAt: number },
  ): Promise<Upload | null>;
  /** The pieces in their order. */
  parts(scope: Scope, id: string): Promise<readonly UploadPart[]>;
  /** Says how long it is, once. False (and no change) when that was said, it receives no more or holds more already. */
  setSize(scope: Scope, id: string, sizeBytes: number): Promise<boolean>;
  /** All bytes are there: this job goes on with them. False (and no change) unless it is `receiving` and whole. */
  complete(scope: Scope, id: string, jobId: string, times: { readonly at: number; readonly expiresAt: number }): Promise<boolean>;
  /** How it ended. False (and no change) unless it is `complete`. */
  settle(scope: Scope, id: string, end: UploadEnd, times: { readonly at: number; readonly expiresAt: number }): Promise<boolean>;
  /**
   * To be removed: `expired`, or older than `before`; those that a waiting, running or dead-lettered job goes on with
   * are kept. Oldest first.
   */
  expired(scope: Scope, before: number, limit: number): Promise<readonly Upload[]>;
  /**
   * No bytes are taken from now on. False (and no change) when a job goes on with it, it is not there, or, with `before`, its
   * time was put off.
   */
  expire(scope: Scope, id: string, before?: number): Promise<boolean>;
  /** Removes it, its parts and noted keys. The bytes are the caller's to remove, before. */
  remove(scope: Scope, id: string): Promise<void>;
}

export type UploadEnd =
  | { readonly status: 'finished'; readonly lectureId: string; readonly sourceId: string }
  | { readonly status: 'failed'; readonly error: JobError };
