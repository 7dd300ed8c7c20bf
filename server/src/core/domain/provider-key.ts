import { AppError } from './app-error.ts';

/** Where the server's own key may go when nobody says otherwise. An OpenAI-compatible server has no place of its own. */
export const PROVIDER_BASE_URLS = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta',
  'openai-compatible': null,
} as const;

export type ProviderName = keyof typeof PROVIDER_BASE_URLS;

export interface ProviderSettings {
  readonly provider: ProviderName;
  /** By configuration of the server; null when not set. */
  readonly operator: { readonly baseUrl: string | null; readonly apiKey: string | null };
  /** By the user, for their own requests; null when not set. */
  readonly user: { readonly baseUrl: string | null; readonly apiKey: string | null };
}

export interface ProviderAccess {
  readonly baseUrl: string;
  /** Null: send none. */
  readonly apiKey: string | null;
  /** Whose key it is, and who pays. */
  readonly keyOf: 'operator' | 'user' | null;
}

/**
 * Which key goes where. The server's own key is only sent to the provider's fixed place or to the base URL that the operator
 * set, never to one that a user set, whatever that one looks like: a user who brings a base URL brings the key for it too,
 * or goes without (a model on their own machine needs none).
 *
 * @throws AppError `configuration_invalid` when an OpenAI-compatible server is to be used and nobody says where it is;
 * `url_invalid` when a base URL is no http or https address, or holds a user name or a password
 * @example
 * providerAccess({ provider: 'openai', operator: { baseUrl: null, apiKey: 'server' }, user: { baseUrl: 'https://a.example', apiKey: null } })
 * // { baseUrl: 'https://a.example', apiKey: null, keyOf: null }
 */
export function providerAccess({ provider, operator, user }: ProviderSettings): ProviderAccess {
  if (user.baseUrl !== null) {
    return { baseUrl: checked(user.baseUrl), apiKey: user.apiKey, keyOf: user.apiKey === null ? null : 'user' };
  }
  const baseUrl = operator.baseUrl ?? PROVIDER_BASE_URLS[provider];
  if (baseUrl === null) {
    throw new AppError(
      'configuration_invalid',
      'An OpenAI-compatible server needs a base URL, such as "http://localhost:11434/v1".',
    );
  }
  if (user.apiKey !== null) return { baseUrl: checked(baseUrl), apiKey: user.apiKey, keyOf: 'user' };
  return { baseUrl: checked(baseUrl), apiKey: operator.apiKey, keyOf: operator.apiKey === null ? null : 'operator' };
}

/**
 * Whether a request to `url` may carry a key that was given for `baseUrl`: same scheme, host and port, and not above its path.
 * For a last look at the address that an SDK has put together.
 */
export function liesUnder(url: string, baseUrl: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(baseUrl)) return false;
  const [to, base] = [new URL(url), new URL(baseUrl)];
  const folder = base.pathname.replace(/\/*$/, '/');
  return (
    to.origin !== 'null' &&
    to.origin === base.origin &&
    to.username === '' &&
    to.password === '' &&
    `${to.pathname}/`.startsWith(folder) &&
    !/%2f|%5c|%2e/i.test(to.pathname) // what a server might read as another path
  );
}

function checked(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || /[\\\s]/.test(baseUrl)) {
    throw new AppError('url_invalid', 'A base URL is an http or https address without user name and password.');
  }
  return baseUrl;
}
