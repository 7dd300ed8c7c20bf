import { createHash } from 'node:crypto';
import type { CopyRow, TableShape } from './copy-side.ts';

export interface TableDigest {
  readonly rows: number;
  /** Hex; equal for the same rows in any order. */
  readonly hash: string;
}

const MODULUS = 1n << 256n;

/**
 * The digest of a table that does not depend on the order of its rows, since databases sort text differently: the sum of
 * the SHA-256 of each row, modulo 2^256 (AdHash; Bellare and Micciancio, "A new paradigm for collision-free hashing", 1997).
 */
export function rowDigest(table: TableShape): { add(rows: readonly CopyRow[]): void; digest(): TableDigest } {
  const columns = [...table.columns].sort();
  let sum = 0n;
  let count = 0;
  return {
    add(rows) {
      for (const row of rows) {
        sum = (sum + BigInt(`0x${createHash('sha256').update(canonical(row, columns)).digest('hex')}`)) % MODULUS;
        count++;
      }
    },
    digest: () => ({ rows: count, hash: sum.toString(16).padStart(64, '0') }),
  };
}

/** The same text for the same row, from whichever driver: numbers are bare, texts quoted. */
function canonical(row: CopyRow, columns: readonly string[]): string {
  return columns
    .map((column) => {
      const value = row[column] ?? null;
      return typeof value === 'string' ? JSON.stringify(value) : String(value);
    })
    .join(',');
}
