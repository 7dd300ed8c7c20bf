import { describe, expect, it } from 'vitest';
import { aJob, aSource, aTranscript } from '../../../testkit/builders.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { storeEvents } from '../../adapters/in-process/store-events.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { indexSourceJob } from './index-source.job.ts';
import { requestReindex } from './request-reindex.ts';

const scope = ownerScope(LOCAL_OWNER);

describe('asking for everything to be indexed again', () => {
  it('asks once for each text, and leaves out a source whose text a job is making: that job asks by itself', async () => {
    const [done, inWork] = [aSource({ id: 'src_done' }), aSource({ id: 'src_work', sha256: 'ff', blobKey: 'sources/src_work' })];
    const store = await stockedStore([done, inWork]);
    for (const { id, lectureId } of [done, inWork]) await store.transcripts.add(scope, aTranscript({ sourceId: id, lectureId }));
    await store.jobs.insert(scope, aJob({ kind: 'transcribe', lectureId: inWork.lectureId, sourceId: inWork.id }));
    const deps = { store, queue: inProcessQueue(), events: storeEvents(store), clock: new ManualClock() };

    expect(await requestReindex(deps, 'transcribe')).toBe(1);
    await requestReindex(deps, 'transcribe');

    const { items } = await store.jobs.list(scope, { kind: indexSourceJob.kind }, { cursor: null, limit: 10 });
    expect(items.map(({ sourceId }) => sourceId)).toEqual([done.id]);
  });
});
