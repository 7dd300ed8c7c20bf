import { beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, anArtifact } from '../../../testkit/builders.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import type { Store } from '../ports/store.ts';
import { requestGeneration } from './request-generation.ts';

const scope = ownerScope(LOCAL_OWNER);
const wish = { scope, lectureId: 'lecture-1', presetId: 'exam' };

let store: Store;
let deps: EnqueueDeps;
beforeEach(async () => {
  store = memoryStore();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  const queue = { dispatch: async () => {} };
  const events = { wake: () => {} };
  // Only these calls are made of them.
  deps = { store, queue, events, clock: { now: () => 1 } } as unknown as EnqueueDeps;
});

describe('asking for notes', () => {
  it('again is another job than asking for what is there, and asking again twice is one', async () => {
    await store.artifacts.insert(scope, anArtifact());
    const plain = await requestGeneration(deps, wish);
    const again = await requestGeneration(deps, { ...wish, again: true });
    expect(again.id).not.toBe(plain.id);
    expect(await requestGeneration(deps, { ...wish, again: true })).toMatchObject({ payload: again.payload });
    await store.artifacts.insert(scope, anArtifact({ id: 'art_2', createdAt: 10_000 }));
    expect((await requestGeneration(deps, { ...wish, again: true })).payload).not.toEqual(again.payload);
  });

  it('again where there is nothing yet is asking for the first time', async () => {
    const plain = await requestGeneration(deps, wish);
    expect(await requestGeneration(deps, { ...wish, again: true })).toMatchObject({ id: plain.id });
  });
});
