import type { Scope } from '../domain/scope.ts';

/** What a cache keeps: answers, and the vectors of questions. */
export type CacheKind = 'answer' | 'query-vector';

export interface CacheEntry {
  readonly kind: CacheKind;
  /** Names the content: whatever changes what is kept changes the key. */
  readonly key: string;
  /** Text; at most `MOST_CACHED_LENGTH` characters, longer ones are not kept. */
  readonly body: string;
  /** When it was made, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Entries of one kind that an owner has at most; the oldest go first. About 10 MB of answers and 10 MB of vectors. */
export const MOST_CACHED: Readonly<Record<CacheKind, number>> = { answer: 1000, 'query-vector': 2000 };
/** UTF-16 units. An answer with its citations has about 10,000. */
export const MOST_CACHED_LENGTH = 200_000;

/**
 * What was made before and can be made again: derived data, shared by all processes and kept over restarts. Every entry belongs to
 * one owner and is never shown to another.
 */
export interface Cache {
  /** Null when there is none, or it has expired. The scope is an owner's. */
  find(scope: Scope, kind: CacheKind, key: string, now: number): Promise<string | null>;
  /** Keeps it, in place of one of the same key, and drops the oldest beyond `MOST_CACHED`. The scope is an owner's. */
  put(scope: Scope, entry: CacheEntry): Promise<void>;
  /** Drops what has expired, of all owners; returns how many went. */
  removeExpired(now: number): Promise<number>;
  /** Entries that are there, of all owners the scope sees. */
  count(scope: Scope): Promise<number>;
}
