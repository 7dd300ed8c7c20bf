import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { restoreSource } from '../library/trash.ts';
import { indexAgain } from './index-again.ts';

/**
 * Takes a recording out of the trash with its sound and its words, whichever of them are in it; words are found again
 * once they are indexed. What is gone for good stays gone.
 *
 * @throws AppError `source_not_found`; `lecture_not_found` when its lecture is in the trash itself
 */
export async function restoreRecording(
  deps: EnqueueDeps,
  input: { readonly scope: Scope; readonly lectureId: string; readonly sourceId: string },
): Promise<Source> {
  const source = await restoreSource(deps, input);
  const restored = await deps.store.holdings.restore(input.scope, source.id, deps.clock.now());
  if (restored.includes('transcript')) await indexAgain(deps, input.scope, input);
  return source;
}
