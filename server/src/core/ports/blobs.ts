import type { Readable } from 'node:stream';
import type { Scope } from '../domain/scope.ts';

export interface BlobInfo {
  readonly sizeBytes: number;
  /** Lower-case hex; empty where `digest: false` was asked for. */
  readonly sha256: string;
}

/**
 * Files by key. Keys are made by us (`sources/src_...`, `exports/...`), never from user input, and live in
 * the owner's own space: the same key of two owners is two files.
 */
export interface Blobs {
  /**
   * Stores a stream. It appears whole or not at all: written aside, flushed to the disk, renamed. An existing
   * file is replaced. An aborted or failing stream leaves nothing behind.
   * `digest: false` leaves out the checksum: pieces that are read again to be joined need none, and it costs as much as the copying.
   * @throws AppError `storage_full`, `storage_unavailable`; `body_too_large` past `maxBytes`
   */
  put(
    scope: Scope,
    key: string,
    data: Readable,
    options?: { maxBytes?: number; signal?: AbortSignal; digest?: boolean },
  ): Promise<BlobInfo>;
  /**
   * Moves a stored file to another key of the same owner, replacing what is there. At every moment one of the two keys
   * holds it whole: on a disk it is atomic, in a bucket it is copied, then removed, and may be repeated after a failure.
   */
  move(scope: Scope, from: string, to: string): Promise<void>;
  /** Null when there is no such file. */
  stat(scope: Scope, key: string): Promise<{ sizeBytes: number } | null>;
  /** Bytes `start..end` (both included). @throws AppError `source_not_found` when there is no such file */
  read(scope: Scope, key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Runs `work` with a path on this machine that holds the file's bytes; the path is only good inside. */
  withFile<T>(scope: Scope, key: string, work: (path: string) => Promise<T>): Promise<T>;
  remove(scope: Scope, key: string): Promise<void>;
  /** How the API names the file: `local://...`, `s3://bucket/...`, `gs://bucket/...`. */
  uri(scope: Scope, key: string): string;
  /** Resolves when the store can be written to. @throws AppError `storage_unavailable` */
  check(): Promise<void>;
  /**
   * An address from which anybody can download the file until it expires, described as asked. Only buckets have it. Null
   * when the credentials cannot sign: the API then sends the bytes itself. Does not look whether the file is there.
   */
  signedUrl?(scope: Scope, key: string, options: SignedUrlOptions): Promise<string | null>;
  /** How much can still be stored, where that is known: on a disk. */
  freeBytes?(): Promise<number>;
  /**
   * Removes what killed processes left half stored a day ago or longer, for all owners, and tells how many. Stores without it
   * do so when they are opened. @throws AppError `storage_unavailable`
   */
  sweep?(): Promise<number>;
  /** Every file of all owners, in any order. What does not lie where this store puts files is left out. @throws AppError `storage_unavailable` */
  stored(): AsyncIterable<StoredBlob>;
  /** Where this file lies: `StoredBlob.place` of it. */
  place(scope: Scope, key: string): string;
  /** Removes what was listed, unless it was written again since: false then, or when it is gone. @throws AppError `storage_unavailable` */
  removeStored(blob: StoredBlob): Promise<boolean>;
  /** Ends idle connections, of which only buckets have some. */
  close?(): Promise<void>;
}

/** A file as the store lists it: whose it is, only `place` can tell. */
export interface StoredBlob {
  readonly place: string;
  readonly key: string;
  /** When it began to be written, or was. */
  readonly writtenAt: number;
  /** Another one each time it is written. */
  readonly version: string;
}

export interface SignedUrlOptions {
  /** 1 to 604,800. */
  readonly expiresSeconds: number;
  /** Sent as `Content-Disposition`, in plain ASCII. */
  readonly disposition: string;
  readonly mediaType: string;
}
