import { AppError } from '../domain/app-error.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/** The sound of the recording can be played and heard. @throws AppError `audio_removed`, saying whether it can be restored */
export async function requireAudio(
  store: { readonly holdings: Pick<Store['holdings'], 'find'> },
  scope: Scope,
  source: Pick<Source, 'id' | 'lectureId'>,
): Promise<void> {
  const state = await store.holdings.find(scope, source.id, 'audio');
  if (state === null || (state.trashedAt === null && state.goneAt === null)) return;
  const cure =
    state.goneAt === null
      ? `It is in the trash: restore it with POST /api/lectures/${source.lectureId}/sources/${source.id}/restore.`
      : 'It is gone for good: upload the same file to this lecture again.';
  throw new AppError('audio_removed', `Retention removed the sound of this recording. ${cure}`);
}

/** Whether the sound is there: neither in the trash nor gone by retention. */
export async function hasAudio(
  store: { readonly holdings: Pick<Store['holdings'], 'find'> },
  scope: Scope,
  source: Pick<Source, 'id'>,
): Promise<boolean> {
  const state = await store.holdings.find(scope, source.id, 'audio');
  return state === null || (state.trashedAt === null && state.goneAt === null);
}
