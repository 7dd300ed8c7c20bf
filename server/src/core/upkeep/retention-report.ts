import type { HeldItem } from '../domain/holding.ts';

/** What went, or in a dry run would go. */
export interface RetentionReport {
  readonly dryRun: boolean;
  /** Into the trash, where each stays for `TRASH_DAYS`. */
  readonly trashed: RetentionShare;
  /** Out of the trash, for good. */
  readonly removed: RetentionShare;
}

export interface RetentionShare {
  readonly count: number;
  readonly sizeBytes: number;
  /** The first `LISTED`. */
  readonly items: readonly HeldItem[];
}

/** A reply of a thousand lines is read by nobody and still small. */
const LISTED = 1_000;

/** Counts items and keeps the first of them. */
export function tally(): { add(item: HeldItem): void; share(): RetentionShare } {
  const items: HeldItem[] = [];
  let [count, sizeBytes] = [0, 0];
  return {
    add(item) {
      if (items.length < LISTED) items.push(item);
      count += 1;
      sizeBytes += item.sizeBytes;
    },
    share: () => ({ count, sizeBytes, items }),
  };
}
