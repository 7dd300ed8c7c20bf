import type { JobError } from '../domain/job.ts';
import type { LiveLine, LiveMark, LiveRecording } from '../domain/live-recording.ts';
import type { Scope } from '../domain/scope.ts';

/** Recordings that are made at this moment, the moments marked in them, and the draft of what was said. */
export interface LiveStore {
  insert(scope: Scope, live: LiveRecording): Promise<void>;
  find(scope: Scope, id: string): Promise<LiveRecording | null>;
  /** How many are `open`. */
  countOpen(scope: Scope): Promise<number>;
  /** Those that are `open` and got no sound since `before`. Oldest first. */
  silent(scope: Scope, before: number, limit: number): Promise<readonly LiveRecording[]>;
  /** Sound was stored. False (and no change) unless it is `open`. */
  touch(scope: Scope, id: string, soundAt: number): Promise<boolean>;
  /** No sound is taken from now on; this job goes on with it. False (and no change) unless it is `open`. */
  close(scope: Scope, id: string, jobId: string, at: number): Promise<boolean>;
  /** How it ended. False (and no change) when it had ended before. */
  settle(scope: Scope, id: string, end: LiveEnd, at: number): Promise<boolean>;
  /** Adds a line of the draft and moves `heardMs` to its end. No change when the recording is gone. */
  addLine(scope: Scope, id: string, line: LiveLine): Promise<void>;
  /** The draft in its order. */
  lines(scope: Scope, id: string): Promise<readonly LiveLine[]>;
  /** Removes the drafts of recordings that ended before; the transcript has long taken their place. */
  dropDrafts(scope: Scope, endedBefore: number): Promise<void>;
  /** The recording is that of the scope; it may be over. */
  addMark(scope: Scope, mark: LiveMark): Promise<void>;
  /** By their time, then by when they were made. */
  marks(scope: Scope, of: { readonly lectureId: string } | { readonly liveId: string }): Promise<readonly LiveMark[]>;
}

export type LiveEnd =
  | { readonly status: 'finished'; readonly sourceId: string }
  | { readonly status: 'failed'; readonly error: JobError };
