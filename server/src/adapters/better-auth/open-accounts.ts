import { betterAuth } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { admin, bearer } from 'better-auth/plugins';
import { isSame } from '../../core/accounts/personal-accounts.ts';
import { useApiKey } from '../../core/accounts/api-keys.ts';
import { createAudit } from '../../core/accounts/audit.ts';
import { keyOf } from '../../core/accounts/key-of.ts';
import { API_KEY_PREFIX } from '../../core/accounts/secret-token.ts';
import { admitSignUp, type SignUpPolicy } from '../../core/accounts/sign-up.ts';
import { AppError } from '../../core/domain/app-error.ts';
import { localPerson, type Person } from '../../core/domain/person.ts';
import type { Accounts, HeaderReader } from '../../core/ports/accounts.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import type { RateLimiter } from '../../core/ports/rate-limiter.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Db } from '../sql/tables.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

export interface AccountOptions {
  readonly store: Store;
  /** The store's own database: sessions are read in turn with everything else. */
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** At least 32 characters; signs session cookies and tokens. The same for all API processes. */
  readonly secret: string;
  /** Where people reach the server; null: at the host a request names, which was checked before. */
  readonly publicUrl: string | null;
  readonly signUp: SignUpPolicy;
  readonly sessionDays: number;
  /** `API_KEY` of the environment; null: none. */
  readonly apiKey: string | null;
  readonly limiter: RateLimiter;
}

const AUTH_PATH = '/api/auth';
/** Set by the API for every request: see faces/api/auth-routes.ts. */
const CLIENT_ADDRESS_HEADER = 'x-scholium-client-address';
const DAY_S = 86_400;
/** Sign-ins and sign-ups from one address: seconds and number. */
const BY_ADDRESS = { window: 300, max: 10 };
/** Wrong or right, for one account from everywhere: a guesser with many addresses is slowed too. */
const BY_ACCOUNT = { most: 20, windowMs: 15 * 60_000 };
const WITHOUT_HOST = 'http://localhost';

/** Accounts in our own database, by better-auth: people sign up and in under `/api/auth`. */
export function openAccounts(options: AccountOptions): Accounts {
  const auth = createAuth(options);
  const { store, clock } = options;

  async function byKey(token: string): Promise<Person> {
    const key = await useApiKey({ store, clock }, token);
    const user = await options.db.selectFrom('users').select(['role', 'banned']).where('id', '=', key.ownerId).executeTakeFirst();
    if (!user || user.banned === 1) throw new AppError('sign_in_required', 'The account of this key is closed.');
    return { id: key.ownerId, role: roleOf(user.role), via: 'key', credentialId: key.id, permissions: key.permissions };
  }

  return {
    mode: 'accounts',
    async identify(header) {
      const given = keyOf(header);
      if (given?.startsWith(API_KEY_PREFIX)) return byKey(given);
      if (given !== null && options.apiKey !== null && isSame(given, options.apiKey)) {
        return { ...localPerson, role: 'member', via: 'environment', permissions: ['write'] };
      }
      const headers = sessionHeaders(header);
      if (headers === null) {
        if (given === null) return null;
        throw new AppError('sign_in_required', 'The API key is not valid. Make one at POST /api/account/keys.');
      }
      const found = await auth.api.getSession({ headers });
      if (found) {
        const role = roleOf(found.user.role);
        const permissions = [role === 'admin' ? 'admin' : 'write'] as const;
        return { id: found.user.id, role, via: 'session', credentialId: found.session.id, permissions };
      }
      if (given === null) return null;
      throw new AppError('sign_in_required', 'The session is over, or the token is not valid. Sign in again.');
    },
    async findByEmail(email) {
      const query = options.db.selectFrom('users').select('id').where('email', '=', email.toLowerCase());
      return (await query.executeTakeFirst()) ?? null;
    },
    async hasAdministrator() {
      return (
        (await options.db.selectFrom('users').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst()) !== undefined
      );
    },
    respond: (request) => auth.handler(request),
  };
}

/** What a session can be found by; null when the request carries nothing of the kind. */
function sessionHeaders(header: HeaderReader): Headers | null {
  const cookie = header('cookie');
  const authorization = header('authorization');
  if (cookie === undefined && authorization === undefined) return null;
  return new Headers({ ...(cookie !== undefined && { cookie }), ...(authorization !== undefined && { authorization }) });
}

function roleOf(role: string | null | undefined): 'admin' | 'member' {
  return role === 'admin' ? 'admin' : 'member';
}

function createAuth({ store, db, clock, log, secret, publicUrl, signUp, sessionDays, limiter }: AccountOptions) {
  const audit = createAudit({ store, clock, log });
  return betterAuth({
    appName: 'Scholium',
    basePath: AUTH_PATH,
    // Without an address of its own it goes by the host of a request, which the API has compared with PUBLIC_HOSTS.
    baseURL: publicUrl ?? { allowedHosts: ['*'], fallback: WITHOUT_HOST, protocol: 'http' },
    trustedOrigins: (request) => (request ? [new URL(request.url).origin] : []),
    secret,
    telemetry: { enabled: false },
    // `sqlite` on every database: times are ISO texts and flags numbers, so that a copy to another database is the same.
    database: { db, type: 'sqlite', transaction: false },
    user: { modelName: 'users', changeEmail: { enabled: false } },
    session: { modelName: 'sessions', expiresIn: sessionDays * DAY_S, updateAge: DAY_S },
    account: { modelName: 'signIns' },
    verification: { modelName: 'verifications' },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 10,
      maxPasswordLength: 200,
      revokeSessionsOnPasswordReset: true,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    databaseHooks: {
      user: {
        create: {
          before: async (user, context) => {
            const token = tokenOf(context?.body);
            const { role } = await asApiError(() => admitSignUp({ store, clock }, { email: user.email, token, policy: signUp }));
            return { data: { ...user, role } };
          },
          after: async ({ id, email }, context) => {
            await audit({
              personId: id,
              action: 'person.signed_up',
              subject: id,
              address: addressOf(context),
              details: { email },
            });
          },
        },
      },
      session: {
        create: {
          after: async ({ id, userId }, context) => {
            const address = addressOf(context);
            await audit({ personId: userId, action: 'session.begun', subject: id, address, details: {} });
          },
        },
      },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 100,
      customRules: { '/sign-in/*': BY_ADDRESS, '/sign-up/*': BY_ADDRESS, '/request-password-reset': BY_ADDRESS },
      customStorage: {
        async consume(key, { window, max }) {
          const { allowed, resetMs } = await limiter.consume(`auth ${key}`, { most: max, windowMs: window * 1_000 });
          return { allowed, retryAfter: allowed ? null : Math.ceil(resetMs / 1_000) };
        },
      },
    },
    hooks: {
      before: createAuthMiddleware(async ({ path, body }) => {
        if (path === '/sign-in/email') await slowGuesses(limiter, body);
      }),
      after: createAuthMiddleware(async (context) => {
        if (context.path !== '/sign-in/email' || !(context.context.returned instanceof APIError)) return;
        const email = emailOf(context.body);
        await audit({
          personId: null,
          action: 'session.refused',
          subject: null,
          address: addressOf(context),
          details: { email },
        });
      }),
    },
    advanced: {
      cookiePrefix: 'scholium',
      // Our own migrations make the tables (0017-accounts).
      database: { validateSchema: false },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    logger: {
      level: 'warn',
      // Its messages hold no secrets, but what comes after them may.
      log: (level, message) => log[level === 'error' ? 'error' : 'info']('audit', 'accounts.message', { message }),
    },
    plugins: [bearer(), admin({ defaultRole: 'member', adminRoles: ['admin'] })],
  });
}

async function slowGuesses(limiter: RateLimiter, body: unknown): Promise<void> {
  const email = emailOf(body);
  if (email === null) return;
  const { allowed, resetMs } = await limiter.consume(`sign-in ${email}`, BY_ACCOUNT);
  if (allowed) return;
  const minutes = Math.ceil(resetMs / 60_000);
  throw new APIError('TOO_MANY_REQUESTS', {
    code: 'too_many_requests',
    message: `There were too many tries for this account. Wait ${minutes} minutes, or reset the password.`,
  });
}

function emailOf(body: unknown): string | null {
  const { email } = (body ?? {}) as { email?: unknown }; // checked in the next line
  return typeof email === 'string' ? email.toLowerCase().slice(0, 254) : null;
}

function addressOf(context: { headers?: Headers | undefined } | null): string | null {
  return context?.headers?.get(CLIENT_ADDRESS_HEADER) ?? null;
}

/** The invitation or setup token of a sign-up. */
function tokenOf(body: unknown): string | null {
  const { invitation } = (body ?? {}) as { invitation?: unknown }; // checked in the next line
  return typeof invitation === 'string' && invitation !== '' ? invitation : null;
}

/** better-auth answers with its own errors only. */
async function asApiError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new APIError('FORBIDDEN', { code: error.code, message: error.detail });
  }
}
