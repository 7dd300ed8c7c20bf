import type { Invitation } from '../domain/access.ts';
import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { requireOn } from '../settings/switches.ts';
import { hashOf, newSecretToken } from './secret-token.ts';

type Deps = { readonly store: Store; readonly clock: Clock };

/** `open`: for everybody; `invitation`: for who has one; `closed`: for nobody, not even with an invitation. */
export type SignUpPolicy = 'open' | 'invitation' | 'closed';

const DAY_MS = 86_400_000;
export const INVITATION_MS = 7 * DAY_MS;

/**
 * Whether somebody may sign up, and as what. An invitation is used up by it; the setup token, with which the first administrator comes,
 * is one and is taken even where sign-up is closed.
 *
 * @throws AppError `sign_up_closed`, `switched_off`, `invitation_not_valid`
 */
export async function admitSignUp(
  { store, clock }: Deps,
  { email, token, policy }: { email: string; token: string | null; policy: SignUpPolicy },
): Promise<{ role: 'admin' | 'member' }> {
  const now = clock.now();
  const invitation = token === null ? null : await store.invitations.byHash(hashOf(token), now);
  if (token !== null) {
    if (invitation === null) throw notValid();
    if (invitation.email !== null && invitation.email.toLowerCase() !== email.toLowerCase()) {
      throw new AppError('invitation_not_valid', 'The invitation is for another e-mail address. Sign up with that one.');
    }
  }
  if (!isSetup(invitation)) {
    await requireOn({ store }, 'signUp');
    if (policy === 'closed') throw new AppError('sign_up_closed', 'Nobody can sign up here. Ask whoever runs this server.');
    if (policy === 'invitation' && invitation === null) {
      throw new AppError('sign_up_closed', 'Sign-up is by invitation. Ask an administrator for one.');
    }
  }
  if (invitation && !(await store.invitations.use(invitation.id, now))) throw notValid();
  if (isSetup(invitation)) await store.invitations.removeSetup();
  return { role: invitation?.role ?? 'member' };
}

function notValid(): AppError {
  return new AppError(
    'invitation_not_valid',
    'The invitation is not valid: it was used, taken back, or is over. Ask for a new one.',
  );
}

function isSetup(invitation: Invitation | null): boolean {
  return invitation !== null && invitation.createdBy === null;
}

/** Makes an invitation; `token` is shown once. `createdBy` null makes the setup token. */
export async function invite(
  { store, clock }: { readonly store: Pick<Store, 'invitations'>; readonly clock: Clock },
  input: { email: string | null; role: 'admin' | 'member'; createdBy: string | null },
): Promise<{ invitation: Invitation; token: string }> {
  const { token, hash } = newSecretToken();
  const createdAt = clock.now();
  const invitation: Invitation = { id: newId('inv'), hash, ...input, createdAt, expiresAt: createdAt + INVITATION_MS };
  await store.invitations.insert(invitation);
  return { invitation, token };
}
