import { AppError } from '../domain/app-error.ts';
import type { Artifact } from '../domain/artifact.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/**
 * The study material of a lecture: the newest of each kind and preset, with `history` those before as well.
 *
 * @throws AppError `lecture_not_found`
 */
export async function artifactsOf(
  deps: { readonly store: { lectures: Pick<Store['lectures'], 'find'>; artifacts: Pick<Store['artifacts'], 'ofLecture'> } },
  input: { readonly scope: Scope; readonly lectureId: string; readonly history?: boolean },
): Promise<readonly Artifact[]> {
  const { scope, lectureId, history = false } = input;
  if (await deps.store.lectures.find(scope, lectureId)) return deps.store.artifacts.ofLecture(scope, lectureId, { history });
  throw new AppError('lecture_not_found', `There is no lecture "${lectureId.slice(0, 80)}". GET /lectures lists what exists.`);
}
