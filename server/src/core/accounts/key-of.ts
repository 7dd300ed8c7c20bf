import type { HeaderReader } from '../ports/accounts.ts';

/** The key or token of a request: `X-API-Key: KEY` or `Authorization: Bearer KEY`; null without either. */
export function keyOf(header: HeaderReader): string | null {
  const key = header('x-api-key')?.trim();
  if (key) return key;
  return /^bearer +(\S+)$/i.exec(header('authorization')?.trim() ?? '')?.[1] ?? null;
}
