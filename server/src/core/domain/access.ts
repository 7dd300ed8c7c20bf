import type { Permission, ShareRight } from '@scholium/contract';

/** A key that a person made for a program. The key itself is shown once and never stored. */
export interface ApiKey {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  /** SHA-256 of the key, hexadecimal. A key is 256 random bits, so a fast hash is enough. */
  readonly hash: string;
  /** Its first characters, so that people can tell their keys apart. */
  readonly start: string;
  readonly permissions: readonly Permission[];
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Lets one person sign up. The first administrator comes by one too: the setup token. */
export interface Invitation {
  readonly id: string;
  /** SHA-256 of its token, hexadecimal. */
  readonly hash: string;
  /** Only for this address; null: for whoever holds the token. */
  readonly email: string | null;
  readonly role: 'admin' | 'member';
  /** Null: the installation itself (the setup token). */
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A course that is another's too: a person's, or everybody's who has the link. */
export interface CourseShare {
  readonly id: string;
  /** Whose course it is. */
  readonly ownerId: string;
  readonly courseId: string;
  readonly right: ShareRight;
  /** With whom; null for a link. */
  readonly personId: string | null;
  /** SHA-256 of the token of the link, hexadecimal; null for a person. */
  readonly hash: string | null;
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
}

/** Something that somebody did and that an operator may have to account for. */
export interface AuditEvent {
  readonly id: string;
  readonly createdAt: number;
  /** Who; null: nobody who was known. */
  readonly personId: string | null;
  /** `session.begun`, `key.made`, `share.made`, ... */
  readonly action: string;
  /** What it was done to: the id of a key, a course, a person, ...; null where that is nothing of its own. */
  readonly subject: string | null;
  /** Address of the client; null when the command line did it. */
  readonly address: string | null;
  /** Names and ids, never text of recordings, keys or passwords. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}
