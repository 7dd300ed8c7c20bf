import { openPostgres } from '@scholium/server/adapters/postgres/open-postgres.ts';
import { openSqliteStore } from '@scholium/server/adapters/sqlite/open-sqlite-store.ts';
import { newId } from '@scholium/server/core/domain/ids.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import type { Log, Store } from '@scholium/server/core/ports/index.ts';
import { aCourse, aLecture, aSource } from '@scholium/server/testkit/builders.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const scope = ownerScope(LOCAL_OWNER);

const quiet: Log = { info() {}, warn() {}, error() {} };
/** Rows that are written in one transaction. */
const BATCH = 500;

/** The store that the processes of this folder use (`databaseUrl` empty: the SQLite file in it). */
export async function openStoreOf(folder: string, databaseUrl: string): Promise<Store> {
  if (databaseUrl !== '') return (await openPostgres({ url: databaseUrl, poolSize: 4, log: quiet })).store;
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  return openSqliteStore({ path: join(dataDir, 'scholium.db'), log: quiet });
}

/** Lectures with one recording each, whose sound is nowhere: enough to ask for jobs. Returns their ids. */
export async function addLectures(store: Store, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('lec'));
  await store.courses.insert(scope, aCourse({ id: 'course' }));
  await inBatches(store, ids, async (tx, lectureId) => {
    await tx.lectures.insert(scope, aLecture({ id: lectureId, courseId: 'course', createdAt: Date.now() }));
    await tx.sources.insert(scope, aSource({ id: sourceOf(lectureId), lectureId, sizeBytes: 20_000_000, createdAt: Date.now() }));
  });
  return ids;
}

export function sourceOf(lectureId: string): string {
  return `src_${lectureId}`;
}

export async function inBatches<T>(
  store: Store,
  items: readonly T[],
  work: (tx: Store, item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    await store.transaction(async (tx) => {
      for (const item of items.slice(start, start + BATCH)) await work(tx, item);
    });
  }
}
