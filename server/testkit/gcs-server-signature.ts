import { createHash, createPublicKey, generateKeyPair, verify, type KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const CLIENT_EMAIL = 'scholium@test.iam.gserviceaccount.com';

/** Writes the key file of a service account that can sign addresses; returns the key that its signatures are checked with. */
export async function writeSigningAccount(path: string): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(path, JSON.stringify({ type: 'service_account', client_email: CLIENT_EMAIL, private_key }));
  return createPublicKey(privateKey);
}

/**
 * Whether a signed address is good: signed by the account for this object, description and method, and not expired.
 * Source: Google, "V4 signing process with your own program" (GOOG4-RSA-SHA256).
 */
export function isWellSigned(request: IncomingMessage, key: KeyObject, nowMs: number): boolean {
  const url = new URL(request.url ?? '/', 'http://host');
  const of = (name: string): string => url.searchParams.get(name) ?? '';
  const time = of('X-Goog-Date');
  const signedAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(signedAt + Number(of('X-Goog-Expires')) * 1000 >= nowMs)) return false;
  const [account, ...scope] = of('X-Goog-Credential').split('/');
  if (account !== CLIENT_EMAIL || of('X-Goog-SignedHeaders') !== 'host') return false;
  const host = (request.headers.host ?? '').replace(/:\d+$/, ''); // Google's client signs the name alone
  const canonical = [request.method, url.pathname, canonicalQuery(url), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'];
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const text = ['GOOG4-RSA-SHA256', time, scope.join('/'), digest].join('\n');
  return verify('sha256', Buffer.from(text), key, Buffer.from(of('X-Goog-Signature'), 'hex'));
}

function canonicalQuery(url: URL): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...url.searchParams]
    .filter(([name]) => name !== 'X-Goog-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}
