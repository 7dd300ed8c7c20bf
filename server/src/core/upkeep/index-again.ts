import type { Scope } from '../domain/scope.ts';
import { indexSourceJob } from '../indexing/index-source.job.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { request } from '../jobs/request.ts';

/** Queues the indexing of a recording's words, if it has any. */
export async function indexAgain(
  deps: EnqueueDeps,
  scope: Scope,
  { lectureId, sourceId }: { readonly lectureId: string; readonly sourceId: string },
): Promise<void> {
  const transcript = await deps.store.transcripts.latest(scope, sourceId);
  if (!transcript) return;
  const payload = { sourceId, textVersion: transcript.version };
  await request(deps, scope, indexSourceJob, { lectureId, sourceId, message: 'Waiting to index the text again.', payload });
}
