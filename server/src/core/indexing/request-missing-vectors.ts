import { ownerScope, systemScope, type Scope } from '../domain/scope.ts';
import { request } from '../jobs/request.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import { indexSourceJob } from './index-source.job.ts';
import { sampleOf, understands } from './understands.ts';

export interface MissingVectorsDeps extends EnqueueDeps {
  readonly searchIndex: Pick<SearchIndex, 'withoutVector'>;
  readonly embedder: Pick<Embedder, 'id' | 'languages'>;
}

/**
 * Queues the indexing of every text whose passages have no vector of this embedder, though it understands them: the model
 * was changed, or was away for longer than a job tries. A job goes on after the passages that have their vector, and a
 * text whose job waits already gets no second one, so every process may ask at its start. Returns how many texts.
 *
 * @throws AppError `search_unavailable`, `cancelled`
 */
export async function requestMissingVectors(deps: MissingVectorsDeps, signal: AbortSignal): Promise<number> {
  let cursor: string | null = null;
  let count = 0;
  do {
    const page = await deps.store.lectures.list(systemScope, {}, { cursor, limit: 100 });
    for (const lecture of page.items) {
      const scope = ownerScope(lecture.ownerId);
      const { transcripts, documents } = deps.store;
      const heads = [...(await transcripts.heads(scope, lecture.id)), ...(await documents.heads(scope, lecture.id))];
      for (const { sourceId, version, language } of heads) {
        signal.throwIfAborted();
        if (!(await lacksVectors(deps, scope, sourceId, language))) continue;
        const target = { lectureId: lecture.id, sourceId, message: 'Waiting to make the text searchable by meaning.' };
        await request(deps, scope, indexSourceJob, { ...target, payload: { sourceId, textVersion: version } });
        count++;
      }
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return count;
}

async function lacksVectors(
  { searchIndex, embedder }: MissingVectorsDeps,
  scope: Scope,
  sourceId: string,
  language: string | null,
): Promise<boolean> {
  const missing = await searchIndex.withoutVector(scope, embedder.id, sourceId);
  return missing.length > 0 && understands(embedder, { language, sample: sampleOf(missing) });
}
