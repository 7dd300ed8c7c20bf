import { ownerScope, systemScope } from '../domain/scope.ts';
import { request } from '../jobs/request.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { indexSourceJob } from './index-source.job.ts';

/**
 * Queues the indexing of everything that has text: the index is derived data and was lost or is new. A source whose text
 * is being made by a job of the kind `textKind` is left out, since that job asks for the indexing itself when it ends
 * (the index of a new installation is opened by its first recording). Returns how many jobs.
 */
export async function requestReindex(deps: EnqueueDeps, textKind: string): Promise<number> {
  let cursor: string | null = null;
  let count = 0;
  do {
    const page = await deps.store.lectures.list(systemScope, {}, { cursor, limit: 100 });
    for (const lecture of page.items) {
      const scope = ownerScope(lecture.ownerId);
      const { transcripts, documents } = deps.store;
      const heads = [...(await transcripts.heads(scope, lecture.id)), ...(await documents.heads(scope, lecture.id))];
      for (const { sourceId, version } of heads) {
        if (await deps.store.jobs.findActive(scope, textKind, { lectureId: lecture.id, sourceId })) continue;
        const target = { lectureId: lecture.id, sourceId, message: 'Waiting to index the text again.' };
        await request(deps, scope, indexSourceJob, { ...target, payload: { sourceId, textVersion: version } });
        count++;
      }
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return count;
}
