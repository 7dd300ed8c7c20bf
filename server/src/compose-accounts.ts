import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { personalAccounts } from './core/accounts/personal-accounts.ts';
import { invite } from './core/accounts/sign-up.ts';
import { AppError } from './core/domain/app-error.ts';
import type { Accounts, Clock, Log, RateLimiter, Store } from './core/ports/index.ts';

/** Who requests come from, by the configuration. Only a process that takes requests needs to know. */
export async function openAccounts(
  config: Config,
  { store, clock, log, limiter }: { store: Store; clock: Clock; log: Log; limiter: RateLimiter },
): Promise<Accounts> {
  const { auth, apiKey } = config;
  if (auth.mode === 'personal' || config.role === 'worker') return personalAccounts({ apiKey });
  const { openAccounts: open } = await import('./adapters/better-auth/open-accounts.ts');
  const { databaseOf } = await import('./adapters/sql/sql-store.ts');
  const secret = auth.secret ?? (await keptSecret(join(config.dataDir, 'auth-secret')));
  const { signUp, sessionDays } = auth;
  return open({
    limiter,
    store,
    db: databaseOf(store),
    clock,
    log,
    secret,
    publicUrl: config.publicUrl,
    signUp,
    sessionDays,
    apiKey,
  });
}

/** A secret that is made once and kept in a file that only its owner may read. */
async function keptSecret(path: string): Promise<string> {
  const { writeOnce } = await import('./adapters/system/write-once.ts');
  try {
    await writeOnce(path, `${randomBytes(48).toString('base64')}\n`, { mode: 0o600 });
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new AppError('configuration_invalid', `The file ${path} cannot be read or made. Set AUTH_SECRET instead.`, { cause });
  }
}

/**
 * The token with which the first administrator signs up, while there is none; a new one at each start. Null when there is an administrator
 * or nobody signs in.
 */
export async function setupToken({
  store,
  clock,
  accounts,
}: {
  store: Store;
  clock: Clock;
  accounts: Accounts;
}): Promise<string | null> {
  if (accounts.mode === 'personal' || (await accounts.hasAdministrator())) return null;
  return (await invite({ store, clock }, { email: null, role: 'admin', createdBy: null })).token;
}
