import type { Source } from '../src/core/domain/library.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, aSource } from './builders.ts';
import { memoryStore } from './memory-store.ts';

/** A store in memory that holds the builders' course and lecture, and these sources (by default theirs). */
export async function stockedStore(sources: readonly Source[] = [aSource()]): Promise<Store> {
  const store = memoryStore();
  const scope = ownerScope(LOCAL_OWNER);
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  for (const source of sources) await store.sources.insert(scope, source);
  return store;
}
