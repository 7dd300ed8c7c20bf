import { permissions as allPermissions, type Permission } from '@scholium/contract';
import type { ApiKey } from '../domain/access.ts';
import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Person } from '../domain/person.ts';
import { ownerScope, type Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { API_KEY_PREFIX, hashOf, newSecretToken } from './secret-token.ts';

type Deps = { readonly store: Pick<Store, 'apiKeys'>; readonly clock: Clock };

/** So many are enough for every program, and few enough to look through. */
export const MOST_API_KEYS = 100;
/** The time of the last use is for people: it is written at most so often, not with every request. */
const LAST_USE_STEP_MS = 60_000;
const START_LENGTH = API_KEY_PREFIX.length + 4;

/**
 * Makes a key. `secret` is the key itself and is known to nobody afterwards.
 * @throws AppError `not_permitted` when it would allow more than who makes it may do, `key_limit`
 */
export async function makeApiKey(
  { store, clock }: Deps,
  input: { person: Person; name: string; permissions: readonly Permission[]; expiresAt: number | null },
): Promise<{ key: ApiKey; secret: string }> {
  const { person } = input;
  const scope = ownerScope(person.id);
  const most = Math.max(...person.permissions.map(rank));
  if (input.permissions.some((permission) => rank(permission) > most)) {
    throw new AppError('not_permitted', 'A key cannot allow more than you may do yourself.');
  }
  if ((await store.apiKeys.list(scope, { cursor: null, limit: MOST_API_KEYS })).items.length >= MOST_API_KEYS) {
    throw new AppError('key_limit', `There are ${MOST_API_KEYS} keys. Remove one that is not used any more.`);
  }
  const { token, hash } = newSecretToken(API_KEY_PREFIX);
  const key: ApiKey = {
    id: newId('key'),
    ownerId: person.id,
    name: input.name,
    hash,
    start: token.slice(0, START_LENGTH),
    permissions: allPermissions.filter((permission) => input.permissions.includes(permission)),
    createdAt: clock.now(),
    expiresAt: input.expiresAt,
    lastUsedAt: null,
  };
  await store.apiKeys.insert(scope, key);
  return { key, secret: token };
}

/** @throws AppError `key_not_found` */
export async function removeApiKey({ store }: Deps, { scope, keyId }: { scope: Scope; keyId: string }): Promise<ApiKey> {
  const key = await store.apiKeys.remove(scope, keyId);
  if (key) return key;
  throw new AppError('key_not_found', `You have no key "${keyId}".`);
}

/**
 * The key that a request carries, when it is valid.
 * @throws AppError `sign_in_required` when it is unknown or over
 */
export async function useApiKey({ store, clock }: Deps, token: string): Promise<ApiKey> {
  const now = clock.now();
  const key = await store.apiKeys.byHash(hashOf(token));
  if (key === null) throw new AppError('sign_in_required', 'The API key is not valid. It may have been removed: make a new one.');
  if (key.expiresAt !== null && key.expiresAt <= now) {
    throw new AppError('sign_in_required', `The API key "${key.name}" has expired. Make a new one.`);
  }
  if (now - (key.lastUsedAt ?? 0) >= LAST_USE_STEP_MS) {
    await store.apiKeys.setLastUsed(ownerScope(key.ownerId), key.id, now);
  }
  return key;
}

function rank(permission: Permission): number {
  return allPermissions.indexOf(permission);
}
