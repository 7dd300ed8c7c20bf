import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { makeApiKey, removeApiKey } from '../../core/accounts/api-keys.ts';
import { invite } from '../../core/accounts/sign-up.ts';
import type { Person } from '../../core/domain/person.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { Store } from '../../core/ports/store.ts';
import { inProcessRateLimiter } from '../in-process/in-process-rate-limiter.ts';
import { openPostgresStore } from '../postgres/open-postgres-store.ts';
import { openPostgresPool } from '../postgres/postgres-pool.ts';
import { databaseOf } from '../sql/sql-store.ts';
import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { openAccounts, type AccountOptions } from './open-accounts.ts';

const SECRET = 'a secret of the tests, long enough: 8f3k2p';
const PASSWORD = 'correct horse battery';
const DAY_MS = 86_400_000;

let folder: string;
let postgres: PostgresServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-accounts-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

const databases: Record<string, () => Promise<Store>> = {
  SQLite: () => openSqliteStore({ path: ':memory:', log: silentLog }),
  PostgreSQL: async () => {
    const pool = openPostgresPool({ url: await postgres.freshDatabase(), poolSize: 4, log: silentLog });
    return openPostgresStore({ pool, log: silentLog });
  },
};

describe.each(Object.entries(databases))('accounts on %s', (_name, openStore) => {
  let store: Store;
  let clock: ManualClock;
  beforeEach(async () => {
    store = await openStore();
    clock = new ManualClock();
  });
  afterEach(() => store.close());

  function accounts(options: Partial<AccountOptions> = {}): Accounts {
    const limiter = inProcessRateLimiter(clock);
    const common = { limiter, publicUrl: null, signUp: 'invitation', sessionDays: 30, apiKey: null } as const;
    return openAccounts({ store, db: databaseOf(store), clock, log: silentLog, secret: SECRET, ...common, ...options });
  }

  async function send(to: Accounts, path: string, body: object | null, headers: Record<string, string> = {}) {
    const init = body === null ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) };
    const common = { 'content-type': 'application/json', 'x-scholium-client-address': '203.0.113.7', ...headers };
    const reply = await to.respond?.(new Request(`http://localhost:8000/api/auth${path}`, { ...init, headers: common }));
    if (!reply) throw new Error('There are accounts.');
    const text = await reply.text();
    return {
      status: reply.status,
      body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null,
      headers: reply.headers,
    };
  }

  const ann = { name: 'Ann Größe', email: 'Ann@Example.org', password: PASSWORD };

  /** Signs up with an invitation; returns how a request of theirs is known. */
  async function signUp(to: Accounts, person = ann, role: 'admin' | 'member' = 'member'): Promise<string> {
    const { token } = await invite({ store, clock }, { email: null, role, createdBy: 'somebody' });
    const { headers, body } = await send(to, '/sign-up/email', { ...person, invitation: token });
    expect(body).toMatchObject({ user: { email: person.email.toLowerCase(), role } });
    return headers.get('set-auth-token') ?? '';
  }

  const by = (headers: Record<string, string>) => (name: string) => headers[name];
  const bearer = (token: string) => by({ authorization: `Bearer ${token}` });

  async function personOf(to: Accounts, token: string): Promise<Person> {
    const person = await to.identify(bearer(token));
    if (person === null) throw new Error('Nobody is known.');
    return person;
  }

  it('let the first administrator in with the setup token, once', async () => {
    const them = accounts({ signUp: 'closed' });
    expect(await them.hasAdministrator()).toBe(false);
    const setup = await invite({ store, clock }, { email: null, role: 'admin', createdBy: null });
    const other = await invite({ store, clock }, { email: null, role: 'admin', createdBy: null });
    expect((await send(them, '/sign-up/email', { ...ann, invitation: setup.token })).body).toMatchObject({
      user: { role: 'admin' },
    });
    expect(await them.hasAdministrator()).toBe(true);
    for (const { token } of [setup, other]) {
      const again = await send(them, '/sign-up/email', { ...ann, email: 'bob@example.org', invitation: token });
      expect([again.status, again.body]).toEqual([403, expect.objectContaining({ code: 'invitation_not_valid' })]);
    }
  });

  it.each([
    ['open', 200, 200],
    ['invitation', 403, 200],
    ['closed', 403, 403],
  ] as const)('with sign-up %s answer %i to a stranger and %i to who is invited', async (policy, stranger, invited) => {
    const them = accounts({ signUp: policy });
    expect((await send(them, '/sign-up/email', ann)).status).toBe(stranger);
    const { token } = await invite({ store, clock }, { email: 'bob@example.org', role: 'member', createdBy: 'a' });
    const carol = await send(them, '/sign-up/email', { ...ann, email: 'carol@example.org', invitation: token });
    expect(carol.body).toMatchObject({ code: 'invitation_not_valid' });
    expect((await send(them, '/sign-up/email', { ...ann, email: 'Bob@example.org', invitation: token })).status).toBe(invited);
  });

  it('take nobody while an operator has switched sign-up off, and nobody may name their own role', async () => {
    const them = accounts({ signUp: 'open' });
    await store.settings.write(ownerScope('system'), 'switches', { signUp: false }, 1);
    expect((await send(them, '/sign-up/email', ann)).body).toMatchObject({ code: 'switched_off' });
    await store.settings.write(ownerScope('system'), 'switches', { signUp: true }, 2);
    const made = await send(them, '/sign-up/email', { ...ann, role: 'admin' });
    expect(made.body).not.toMatchObject({ user: { role: 'admin' } });
    expect(await them.hasAdministrator()).toBe(false);
  });

  it('know a session by its cookie and by its token, until it is signed out or the password changes', async () => {
    const them = accounts();
    const first = await signUp(them);
    const signedIn = await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD });
    const cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    expect(signedIn.headers.getSetCookie()[0]).toMatch(/^scholium\.session_token=.*HttpOnly; SameSite=Lax/);
    const ofCookie = await them.identify(by({ cookie }));
    expect(ofCookie).toMatchObject({ role: 'member', via: 'session', permissions: ['write'] });
    expect(await personOf(them, first)).toMatchObject({ id: ofCookie?.id });
    await send(them, '/sign-out', {}, { cookie, origin: 'http://localhost:8000' });
    expect(await them.identify(by({ cookie }))).toBeNull();
    await expect(them.identify(bearer('made.up'))).rejects.toMatchObject({ code: 'sign_in_required' });
    const headers = { authorization: `Bearer ${first}` };
    const change = { currentPassword: PASSWORD, newPassword: 'another one, longer', revokeOtherSessions: true };
    expect((await send(them, '/change-password', change, headers)).status).toBe(200);
    await expect(them.identify(bearer(first))).rejects.toMatchObject({ code: 'sign_in_required' });
    expect((await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD })).status).toBe(401);
  });

  it('answer the same to a wrong password and to an unknown address, and make guessers wait', async () => {
    const them = accounts();
    await signUp(them);
    const wrong = await send(them, '/sign-in/email', { email: 'ann@example.org', password: 'x' });
    const unknown = await send(them, '/sign-in/email', { email: 'nobody@example.org', password: 'x' });
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
    expect(wrong.status).toBe(401);
    const statuses = new Set<number>();
    for (let i = 0; i < 50; i++) {
      statuses.add((await send(them, '/sign-in/email', { email: 'ann@example.org', password: `x${i}` })).status);
    }
    expect(statuses).toEqual(new Set([401, 429]));
    const later = await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD });
    expect([later.status, Number(later.headers.get('x-retry-after')) > 0]).toEqual([429, true]);
    const elsewhere = { 'x-scholium-client-address': '203.0.113.8' };
    expect((await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD }, elsewhere)).status).toBe(200);
    for (let i = 0; i < 20; i++) {
      const from = { 'x-scholium-client-address': `203.0.113.${20 + i}` };
      await send(them, '/sign-in/email', { email: 'ann@example.org', password: 'x' }, from);
    }
    const far = { 'x-scholium-client-address': '203.0.113.99' };
    const refused = await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD }, far);
    expect([refused.status, refused.body]).toEqual([429, expect.objectContaining({ code: 'too_many_requests' })]);
  });

  it('know an API key by what it allows, until it is removed or over', async () => {
    const them = accounts();
    const person = await personOf(them, await signUp(them));
    const input = { person, name: 'laptop', permissions: ['transcribe'], expiresAt: clock.now() + DAY_MS } as const;
    const { key, secret } = await makeApiKey({ store, clock }, input);
    expect(secret).toMatch(/^scholium_[\w-]{43}$/);
    for (const header of [bearer(secret), by({ 'x-api-key': secret })]) {
      expect(await them.identify(header)).toEqual({
        id: person.id,
        role: 'member',
        via: 'key',
        credentialId: key.id,
        permissions: ['transcribe'],
      });
    }
    await clock.advance(DAY_MS);
    await expect(them.identify(bearer(secret))).rejects.toMatchObject({ code: 'sign_in_required', detail: /expired/ });
    await removeApiKey({ store, clock }, { scope: ownerScope(person.id), keyId: key.id });
    await expect(them.identify(bearer(secret))).rejects.toMatchObject({ code: 'sign_in_required', detail: /removed/ });
    await expect(makeApiKey({ store, clock }, { ...input, permissions: ['admin'] })).rejects.toMatchObject({
      code: 'not_permitted',
    });
  });

  it('close the keys and sessions of somebody whom an administrator bans', async () => {
    const them = accounts();
    const boss = await signUp(them, { ...ann, email: 'boss@example.org' }, 'admin');
    const session = await signUp(them);
    const person = await personOf(them, session);
    const { secret } = await makeApiKey({ store, clock }, { person, name: 'k', permissions: ['read'], expiresAt: null });
    expect((await send(them, '/admin/ban-user', { userId: person.id }, { authorization: `Bearer ${session}` })).status).toBe(403);
    expect((await send(them, '/admin/ban-user', { userId: person.id }, { authorization: `Bearer ${boss}` })).status).toBe(200);
    for (const header of [bearer(session), bearer(secret)]) {
      await expect(them.identify(header)).rejects.toMatchObject({ code: 'sign_in_required' });
    }
  });

  it('take the key of the environment for a member of its own', async () => {
    const them = accounts({ apiKey: 'the-key-of-the-environment' });
    expect(await them.identify(by({ 'x-api-key': 'the-key-of-the-environment' }))).toMatchObject({
      id: 'local',
      role: 'member',
      via: 'environment',
    });
    await expect(them.identify(by({ 'x-api-key': 'another' }))).rejects.toMatchObject({ code: 'sign_in_required' });
    expect(await them.identify(by({}))).toBeNull();
  });

  it('write sign-ups and sign-ins to the audit log, refused ones too, from where they came and without the password', async () => {
    const them = accounts();
    const person = await personOf(them, await signUp(them));
    await send(them, '/sign-in/email', { email: 'ann@example.org', password: 'a wrong one' });
    await send(them, '/sign-in/email', { email: 'ann@example.org', password: PASSWORD });
    const { items } = await store.audit.list({}, { cursor: null, limit: 10 });
    expect(items.map(({ action }) => action).toSorted()).toEqual([
      'person.signed_up',
      'session.begun',
      'session.begun',
      'session.refused',
    ]);
    const refused = items.find(({ action }) => action === 'session.refused');
    expect(refused).toMatchObject({ personId: null, address: '203.0.113.7', details: { email: 'ann@example.org' } });
    const begun = items.find(({ action }) => action === 'session.begun');
    expect(begun).toMatchObject({ personId: person.id, address: '203.0.113.7' });
    expect(JSON.stringify(items)).not.toMatch(/correct horse|a wrong one/);
  });

  it('keep passwords as argon2id and never as they are', async () => {
    await signUp(accounts());
    const rows = await databaseOf(store).selectFrom('signIns').select('password').execute();
    expect(rows.map(({ password }) => password)).toEqual([expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)]);
  });
});
