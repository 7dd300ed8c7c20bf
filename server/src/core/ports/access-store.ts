import type { ShareRight } from '@scholium/contract';
import type { ApiKey, AuditEvent, CourseShare, Invitation } from '../domain/access.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';

export interface ApiKeyStore {
  insert(scope: Scope, key: ApiKey): Promise<void>;
  /** By the hash of what a request carries, of whoever; also when it is over. */
  byHash(hash: string): Promise<ApiKey | null>;
  /** Newest first. */
  list(scope: Scope, page: PageRequest): Promise<Page<ApiKey>>;
  setLastUsed(scope: Scope, id: string, at: number): Promise<void>;
  /** Returns what was removed; null when there was no such key. */
  remove(scope: Scope, id: string): Promise<ApiKey | null>;
}

/** Invitations belong to the installation, not to a person. */
export interface InvitationStore {
  insert(invitation: Invitation): Promise<void>;
  /** Newest first, also those that are over. */
  list(page: PageRequest): Promise<Page<Invitation>>;
  /** Null for one that is over, used or unknown. */
  byHash(hash: string, now: number): Promise<Invitation | null>;
  /** Takes it out, so that nobody uses it again. False: somebody was faster, or it is over. */
  use(id: string, now: number): Promise<boolean>;
  /** Returns what was removed; null when there was none. */
  remove(id: string): Promise<Invitation | null>;
  /** Removes the setup tokens. */
  removeSetup(): Promise<void>;
}

/** What opens a lecture or a course of somebody else. */
export interface ShareClaim {
  readonly personId: string | null;
  /** SHA-256 of the token of a link. */
  readonly hash: string | null;
}

export interface CourseShareStore {
  /** A person has one share of a course: a second one takes its place. Returns what is stored. */
  put(scope: Scope, share: CourseShare): Promise<CourseShare>;
  /** Of one course, newest first, also those that are over. */
  ofCourse(scope: Scope, courseId: string): Promise<readonly CourseShare[]>;
  /** Returns what was removed; null when there was no such share. */
  remove(scope: Scope, id: string): Promise<CourseShare | null>;
  /**
   * Who lets the claimant see a course or lecture that is not in the trash, with the most they may do there, oldest share first. The
   * id of another's course may be the claimant's own too: whoever asks looks there first.
   */
  grants(
    claim: ShareClaim,
    what: { readonly courseId: string } | { readonly lectureId: string } | { readonly jobId: string },
    now: number,
  ): Promise<readonly { readonly ownerId: string; readonly courseId: string; readonly right: ShareRight }[]>;
  /** Courses that are shared with somebody, newest share first. */
  withPerson(personId: string, now: number, page: PageRequest): Promise<Page<CourseShare>>;
}

/** Written once, never changed. Removed only with the person it is about. */
export interface AuditStore {
  add(event: AuditEvent): Promise<void>;
  /** Newest first; `before`: only what is older than that time. */
  list(filter: { readonly personId?: string; readonly action?: string }, page: PageRequest): Promise<Page<AuditEvent>>;
}
