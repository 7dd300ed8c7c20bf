import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../domain/app-error.ts';
import { localPerson } from '../domain/person.ts';
import type { Accounts } from '../ports/accounts.ts';
import { keyOf } from './key-of.ts';

/**
 * One owner and no sign-in page: whoever reaches the server is the owner. With `apiKey` every request must carry it.
 */
export function personalAccounts({ apiKey }: { apiKey: string | null }): Accounts {
  return {
    mode: 'personal',
    respond: null,
    hasAdministrator: async () => true,
    findByEmail: async () => null,
    async identify(header) {
      if (apiKey === null) return localPerson;
      const given = keyOf(header);
      if (given === null) return null;
      if (isSame(given, apiKey)) return { ...localPerson, via: 'environment' };
      throw new AppError('sign_in_required', 'The API key is not the one of this server. Send the value of its API_KEY.');
    },
  };
}

/** Takes as long for a key that is nearly right as for any other. */
export function isSame(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
