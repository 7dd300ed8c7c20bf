import { createHash, randomBytes } from 'node:crypto';

/** What begins every API key, so that leaked ones are found by scanners and told from session tokens. */
export const API_KEY_PREFIX = 'scholium_';

/** 256 random bits that are shown once; `hash` is what is stored. */
export function newSecretToken(prefix = ''): { token: string; hash: string } {
  const token = prefix + randomBytes(32).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** SHA-256, hexadecimal. Enough for random tokens; passwords need a slow hash. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
