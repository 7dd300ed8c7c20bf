/**
 * Whose rows a call may touch. Every call of a port that holds data takes one, and each adapter turns it
 * into a filter in one place. `system` (all owners) is for the job runner and upkeep only.
 */
export type Scope = { readonly kind: 'owner'; readonly ownerId: string } | { readonly kind: 'system' };

/** The owner of everything in personal mode. */
export const LOCAL_OWNER = 'local';

/** The owner of jobs that belong to no user (upkeep). No user can have this id. */
export const SYSTEM_OWNER = 'system';

export const systemScope: Scope = { kind: 'system' };

export function ownerScope(ownerId: string): Scope {
  return { kind: 'owner', ownerId };
}
