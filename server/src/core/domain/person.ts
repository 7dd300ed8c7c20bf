import { permissions, type Permission } from '@scholium/contract';
import { LOCAL_OWNER } from './scope.ts';

/** Who sends a request, and what the way they came by lets them do. */
export interface Person {
  /** The owner of what they make. */
  readonly id: string;
  readonly role: 'admin' | 'member';
  /** How they are known: the one owner of a personal installation, a session, a key of theirs, or the key of the environment. */
  readonly via: 'personal' | 'session' | 'key' | 'environment';
  /** Of the session or the key; null for the others. */
  readonly credentialId: string | null;
  readonly permissions: readonly Permission[];
}

/** The one owner of a personal installation. */
export const localPerson: Person = {
  id: LOCAL_OWNER,
  role: 'admin',
  via: 'personal',
  credentialId: null,
  permissions,
};
