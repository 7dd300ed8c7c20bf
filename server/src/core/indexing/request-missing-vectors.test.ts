import { describe, expect, it } from 'vitest';
import { aSource, aTranscript } from '../../../testkit/builders.ts';
import { HashEmbedder } from '../../../testkit/hash-embedder.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { indexSourceJob } from './index-source.job.ts';
import { indexSource } from './index-source.ts';
import { requestMissingVectors, type MissingVectorsDeps } from './request-missing-vectors.ts';

const scope = ownerScope(LOCAL_OWNER);
const { signal } = new AbortController();

class NewModel extends HashEmbedder {
  override readonly id = 'new';
}

async function makeRig(language = 'en') {
  const source = aSource({ id: 'src_1' });
  const store = await stockedStore([source]);
  await store.transcripts.add(scope, aTranscript({ sourceId: source.id, lectureId: source.lectureId, language }));
  const searchIndex = new MemorySearchIndex();
  const rest = { store, searchIndex, queue: inProcessQueue(), events: storeEvents(store), clock: new ManualClock() };
  const index = (embedder: HashEmbedder) =>
    indexSource({ store, searchIndex, embedder }, { scope, sourceId: source.id, textVersion: 1, onProgress: () => {} }, signal);
  const jobs = async (): Promise<number> =>
    (await store.jobs.list(scope, { kind: indexSourceJob.kind }, { cursor: null, limit: 10 })).items.length;
  const depsWith = (embedder: HashEmbedder): MissingVectorsDeps => ({ ...rest, embedder });
  return { depsWith, index, jobs };
}

describe('asking for vectors that are missing', () => {
  it('asks for nothing while the model is the one that made the vectors', async () => {
    const { depsWith, index, jobs } = await makeRig();
    await index(new HashEmbedder());
    expect(await requestMissingVectors(depsWith(new HashEmbedder()), signal)).toBe(0);
    expect(await jobs()).toBe(0);
  });

  it('asks once for each text when the model was changed, also when two processes start, and no more when it is done', async () => {
    const { depsWith, index, jobs } = await makeRig();
    await index(new HashEmbedder());
    const deps = depsWith(new NewModel());
    await Promise.all([requestMissingVectors(deps, signal), requestMissingVectors(deps, signal)]);
    expect(await jobs()).toBe(1);
    expect((await index(new NewModel())).withMeaning).toBeGreaterThan(0);
    expect(await requestMissingVectors(deps, signal)).toBe(0);
  });

  it('asks for nothing that the model does not understand', async () => {
    const { depsWith, index } = await makeRig('de');
    await index(new HashEmbedder());
    expect(await requestMissingVectors(depsWith(new NewModel()), signal)).toBe(0);
  });
});
