import type { Permission } from '@scholium/contract';
import type { ApiKey, AuditEvent, Invitation } from '../domain/access.ts';
import { AppError } from '../domain/app-error.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Person } from '../domain/person.ts';
import { ownerScope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { makeApiKey, removeApiKey } from './api-keys.ts';
import { createAudit } from './audit.ts';
import { invite } from './sign-up.ts';

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
  invitations(page: PageRequest): Promise<Page<Invitation>>;
  invite(input: Acting & { email: string | null; role: 'admin' | 'member' }): Promise<{ invitation: Invitation; token: string }>;
  /** @throws AppError `invitation_not_found` */
  takeBackInvitation(input: Acting & { invitationId: string }): Promise<Invitation>;
  audit(filter: { personId?: string; action?: string }, page: PageRequest): Promise<Page<AuditEvent>>;
}

export function bindAccounts(deps: { readonly store: Store; readonly clock: Clock; readonly log: Log }): AccountUseCases {
  const { store, clock } = deps;
  const audit = createAudit(deps);
  return {
    keys: ({ person, page }) => store.apiKeys.list(ownerScope(person.id), page),
    async makeKey({ person, address, name, permissions, expiresInDays }) {
      const expiresAt = expiresInDays === null ? null : clock.now() + expiresInDays * DAY_MS;
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
