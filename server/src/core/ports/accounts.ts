import type { Person } from '../domain/person.ts';

/** Reads a request header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined;

/** Knows who sends a request. */
export interface Accounts {
  /** `personal`: one owner, no sign-in. `accounts`: people who sign in. */
  readonly mode: 'personal' | 'accounts';
  /**
   * Who sends a request with these headers; null: nobody.
   * @throws AppError `sign_in_required` for a key or token that is not valid (any more), `database_unavailable`
   */
  identify(header: HeaderReader): Promise<Person | null>;
  /** Somebody who has signed up with this address (capitals do not matter); null: nobody. */
  findByEmail(email: string): Promise<{ readonly id: string } | null>;
  /** Whether somebody is there who may administer. */
  hasAdministrator(): Promise<boolean>;
  /** Answers what comes under `/api/auth`: signing up, in and out, sessions, passwords. Null: there is nothing of the kind. */
  readonly respond: ((request: Request) => Promise<Response>) | null;
}
