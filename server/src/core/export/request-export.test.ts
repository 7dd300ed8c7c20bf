import { exportTypes } from '@scholium/contract';
import { expect, it } from 'vitest';
import { aSource, aTranscript, anArtifact } from '../../../testkit/builders.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import type { Store } from '../ports/store.ts';
import { requestExport } from './request-export.ts';

const scope = ownerScope(LOCAL_OWNER);

function ask(store: Store, types: readonly string[] | null) {
  // Only these calls are made of them.
  const deps = {
    store,
    queue: { dispatch: async () => {} },
    events: { wake: () => {} },
    clock: { now: () => 1 },
  } as unknown as EnqueueDeps;
  return requestExport(deps, { scope, lectureId: 'lecture-1', types });
}

it('makes no text and no subtitles of a lecture of documents, and says so to who asks for them', async () => {
  const store = await stockedStore([aSource({ kind: 'document' })]);
  await store.artifacts.insert(scope, anArtifact());
  expect((await ask(store, null)).payload).toMatchObject({ types: ['markdown', 'json', 'pdf', 'docx', 'anki'] });
  await expect(ask(store, ['pdf', 'srt', 'vtt'])).rejects.toMatchObject({
    code: 'transcript_not_found',
    detail: expect.stringContaining('srt and vtt would be empty'),
  });
});

it('makes all types of a recording', async () => {
  const store = await stockedStore();
  await store.transcripts.add(scope, aTranscript());
  expect((await ask(store, null)).payload).toMatchObject({ types: exportTypes });
});
