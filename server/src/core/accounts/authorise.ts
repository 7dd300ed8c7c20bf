import { allows, type AccessSpec } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Person } from '../domain/person.ts';

/**
 * Lets a call through or refuses it. Whose rows it may touch is not decided here: that is its scope.
 *
 * @throws AppError `sign_in_required` when nobody is known, `not_permitted` when this person or key may not do it
 */
export function authorise(person: Person | null, access: AccessSpec): void {
  if (access.who === 'anyone') return;
  if (person === null) {
    throw new AppError('sign_in_required', 'Sign in, or send an API key as "X-API-Key" or "Authorization: Bearer".');
  }
  if (access.who === 'admin' && person.role !== 'admin') {
    throw new AppError('not_permitted', 'Only an administrator may do this. Ask one, or sign in as one.');
  }
  if (!allows(person.permissions, access.permission)) {
    throw new AppError('not_permitted', `This key does not allow it. Make a key with the permission "${access.permission}".`);
  }
}
