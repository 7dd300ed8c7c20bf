import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export interface ReviveDeps {
  readonly store: Pick<Store, 'holdings'>;
  readonly blobs: Pick<Blobs, 'move'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The same bytes as those of a recording were uploaded again: when retention took its sound, they take its place, as if
 * new. Whether the old file is still there does not matter: they are the same.
 */
export async function reviveAudio(deps: ReviveDeps, scope: Scope, source: Source, incomingKey: string): Promise<void> {
  const state = await deps.store.holdings.find(scope, source.id, 'audio');
  if (state === null || (state.trashedAt === null && state.goneAt === null)) return;
  await deps.blobs.move(scope, incomingKey, source.blobKey);
  await deps.store.holdings.replaceAudio(scope, source.id, deps.clock.now());
}
