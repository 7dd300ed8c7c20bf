/**
 * Whose rows a call may touch. Every call of a port that holds data takes one, and each adapter turns it
 * into a filter in one place. `system` (all owners) is for the job runner and upkeep only.
 */
export type Scope = { readonly kind: 'owner'; readonly ownerId: string } | { readonly kind: 'system' };

/** The owner of everything in personal mode. */
export const LOCAL_OWNER = 'local';

/** The owner of nothing: who is not signed in. No user can have this id. */
export const NOBODY = 'nobody';

/** The owner of jobs that belong to no user (upkeep). No user can have this id. */
export const SYSTEM_OWNER = 'system';

export const systemScope: Scope = { kind: 'system' };

export function ownerScope(ownerId: string): Scope {
  return { kind: 'owner', ownerId };
}

/**
 * The owner that a written row or file gets. Ids are unique for an owner only, so nothing is written for all owners at once.
 * @throws Error when the scope is `system`, or another owner's than the row says
 */
export function ownerOf(scope: Scope, rowOwnerId?: string): string {
  if (scope.kind === 'system') throw new Error('A write needs the scope of one owner.');
  if (rowOwnerId !== undefined && rowOwnerId !== scope.ownerId)
    throw new Error('The row belongs to another owner than the scope.');
  return scope.ownerId;
}
