import type { Permission, ShareRight } from '@scholium/contract';
import type { ApiKey, AuditEvent, CourseShare, Invitation } from '../domain/access.ts';
import { AppError } from '../domain/app-error.ts';
import type { Course } from '../domain/library.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Person } from '../domain/person.ts';
import { ownerScope, type Scope } from '../domain/scope.ts';
import { findCourse } from '../library/find.ts';
import type { Accounts } from '../ports/accounts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { makeApiKey, removeApiKey } from './api-keys.ts';
import { createAudit } from './audit.ts';
import { endShare, shareCourse, sharedWith } from './shares.ts';
import { invite } from './sign-up.ts';

type OwnerScope = Extract<Scope, { kind: 'owner' }>;

const DAY_MS = 86_400_000;

/** Who acts, and from which address. */
export interface Acting {
  readonly person: Person;
  readonly address: string;
}

/** What people do with keys and invitations. Everything that changes something is written to the audit log. */
export interface AccountUseCases {
  keys(input: { person: Person; page: PageRequest }): Promise<Page<ApiKey>>;
  /** @throws AppError `not_permitted`, `key_limit` */
  makeKey(
    input: Acting & { name: string; permissions: readonly Permission[]; expiresInDays: number | null },
  ): Promise<{ key: ApiKey; secret: string }>;
  /** @throws AppError `key_not_found` */
  removeKey(input: Acting & { keyId: string }): Promise<ApiKey>;
  /** @throws AppError `course_not_found` */
  shares(input: { scope: OwnerScope; courseId: string }): Promise<readonly CourseShare[]>;
  /** @throws AppError `course_not_found`, `person_not_found`, `share_invalid` */
  share(
    input: Acting & {
      scope: OwnerScope;
      courseId: string;
      email: string | null;
      right: ShareRight;
      expiresInDays: number | null;
    },
  ): Promise<{ share: CourseShare; token: string | null }>;
  /** @throws AppError `share_not_found` */
  endShare(input: Acting & { scope: OwnerScope; courseId: string; shareId: string }): Promise<CourseShare>;
  shared(input: { person: Person; page: PageRequest }): Promise<Page<{ share: CourseShare; course: Course }>>;
  invitations(page: PageRequest): Promise<Page<Invitation>>;
  invite(input: Acting & { email: string | null; role: 'admin' | 'member' }): Promise<{ invitation: Invitation; token: string }>;
  /** @throws AppError `invitation_not_found` */
  takeBackInvitation(input: Acting & { invitationId: string }): Promise<Invitation>;
  audit(filter: { personId?: string; action?: string }, page: PageRequest): Promise<Page<AuditEvent>>;
}

export function bindAccounts(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly accounts: Accounts;
}): AccountUseCases {
  const { store, clock } = deps;
  const inDays = (days: number | null): number | null => (days === null ? null : clock.now() + days * DAY_MS);
  const audit = createAudit(deps);
  return {
    keys: ({ person, page }) => store.apiKeys.list(ownerScope(person.id), page),
    async makeKey({ person, address, name, permissions, expiresInDays }) {
      const expiresAt = inDays(expiresInDays);
      const made = await makeApiKey(deps, { person, name, permissions, expiresAt });
      const details = { name, permissions: made.key.permissions.join(' '), expiresAt };
      await audit({ personId: person.id, action: 'key.made', subject: made.key.id, address, details });
      return made;
    },
    async removeKey({ person, address, keyId }) {
      const key = await removeApiKey(deps, { scope: ownerScope(person.id), keyId });
      await audit({ personId: person.id, action: 'key.removed', subject: key.id, address, details: { name: key.name } });
      return key;
    },
    async shares({ scope, courseId }) {
      await findCourse(deps, { scope, courseId });
      return store.shares.ofCourse(scope, courseId);
    },
    async share({ person, address, expiresInDays, ...input }) {
      const made = await shareCourse(deps, { ...input, expiresAt: inDays(expiresInDays) });
      const { id, courseId, right, personId } = made.share;
      const details = { courseId, right, with: personId };
      await audit({ personId: person.id, action: 'share.made', subject: id, address, details });
      return made;
    },
    async endShare({ person, address, ...input }) {
      const share = await endShare(deps, input);
      const details = { courseId: share.courseId, right: share.right, with: share.personId };
      await audit({ personId: person.id, action: 'share.ended', subject: share.id, address, details });
      return share;
    },
    shared: ({ person, page }) => sharedWith(deps, { personId: person.id, page }),
    invitations: (page) => store.invitations.list(page),
    async invite({ person, address, email, role }) {
      const made = await invite(deps, { email, role, createdBy: person.id });
      const details = { email, role };
      await audit({ personId: person.id, action: 'invitation.made', subject: made.invitation.id, address, details });
      return made;
    },
    async takeBackInvitation({ person, address, invitationId }) {
      const invitation = await store.invitations.remove(invitationId);
      if (!invitation) {
        throw new AppError('invitation_not_found', `There is no open invitation "${invitationId}". It may have been used.`);
      }
      const { email, role } = invitation;
      const details = { email, role };
      await audit({ personId: person.id, action: 'invitation.taken_back', subject: invitation.id, address, details });
      return invitation;
    },
    audit: (filter, page) => store.audit.list(filter, page),
  };
}
