import type { HeldItem, Holding, HoldingState } from '../domain/holding.ts';
import type { Scope } from '../domain/scope.ts';

/**
 * Sound and words of recordings in the trash, apart from each other. Words in the trash are seen by no call of
 * `TranscriptStore`; sound in the trash keeps its file. A new transcription is not in the trash with the old one.
 */
export interface HoldingStore {
  /**
   * What is kept since before `before`, oldest first, after the item given: of recordings that are not in the trash
   * themselves, whose lecture is not pinned and on which no job waits or runs. The age of words is that of their newest
   * version; what was taken out of the trash counts from then.
   */
  due(
    scope: Scope,
    holding: Holding,
    before: number,
    page: { readonly after: HeldItem | null; readonly limit: number },
  ): Promise<readonly HeldItem[]>;
  find(scope: Scope, sourceId: string, holding: Holding): Promise<HoldingState | null>;
  /** Puts into the trash what is there now; false when it is in the trash or gone. */
  trash(scope: Scope, sourceId: string, holding: Holding, at: number): Promise<boolean>;
  /** Takes out of the trash what is in it and not gone; returns what that was. */
  restore(scope: Scope, sourceId: string, at: number): Promise<readonly Holding[]>;
  /** What is in the trash, newest first. */
  inTrash(scope: Scope, limit: number): Promise<readonly HeldItem[]>;
  /** In the trash since before `before` and not of a pinned lecture, or gone with its file still to be removed; oldest first. */
  expired(scope: Scope, before: number, limit: number): Promise<readonly (HeldItem & { readonly blobKey: string })[]>;
  /**
   * Marks as gone what is in the trash since before `before`; from then on it cannot be restored. Words are removed by
   * it, with what steps stored of them. False when it was taken out of the trash meanwhile.
   */
  setGone(
    scope: Scope,
    sourceId: string,
    holding: Holding,
    times: { readonly before: number; readonly at: number },
  ): Promise<boolean>;
  /** The file of sound that is gone has been removed. */
  setCleaned(scope: Scope, sourceId: string, at: number): Promise<void>;
  /** The same sound was uploaded again: it is there as if new. */
  replaceAudio(scope: Scope, sourceId: string, at: number): Promise<void>;
}
