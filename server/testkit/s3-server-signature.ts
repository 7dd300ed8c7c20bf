import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type Verdict = { readonly ok: true; readonly payload: string } | { readonly ok: false; readonly code: string };

const MOST_SKEW_MS = 15 * 60 * 1000;

/**
 * Checks Signature Version 4 of a request, in its header or (signed addresses) its query.
 * Source: AWS, "Authenticating Requests (AWS Signature Version 4)" for S3.
 */
export function verifySignature(request: IncomingMessage, keys: Keys, nowMs = Date.now()): Verdict {
  const url = new URL(request.url ?? '/', 'http://host');
  const given = url.searchParams.has('X-Amz-Signature') ? fromQuery(url, nowMs) : fromHeader(request, nowMs);
  if ('code' in given) return { ok: false, code: given.code };
  const [accessKeyId = '', date = '', region = '', service = '', end = ''] = given.credential.split('/');
  if (accessKeyId !== keys.accessKeyId) return { ok: false, code: 'InvalidAccessKeyId' };
  const scope = [date, region, service, end].join('/');
  const canonical = [
    request.method,
    request.url?.split('?')[0],
    canonicalQuery(url),
    ...given.signedHeaders.map((name) => `${name}:${headerText(request, name)}`),
    '',
    given.signedHeaders.join(';'),
    given.payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', given.time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  let key: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`);
  for (const step of [date, region, service, end]) key = createHmac('sha256', key).update(step).digest();
  const wanted = createHmac('sha256', key).update(text).digest();
  const got = Buffer.from(given.signature, 'hex');
  if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) return { ok: false, code: 'SignatureDoesNotMatch' };
  return { ok: true, payload: given.payload };
}

interface Given {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: string;
  readonly payload: string;
}

function fromHeader(request: IncomingMessage, nowMs: number): Given | { code: string } {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    request.headers.authorization ?? '',
  );
  if (!match) return { code: 'AccessDenied' };
  const [credential = '', headers = '', signature = ''] = match.slice(1);
  const time = headerText(request, 'x-amz-date');
  if (Math.abs(timeOf(time) - nowMs) > MOST_SKEW_MS) return { code: 'RequestTimeTooSkewed' };
  return { credential, signedHeaders: headers.split(';'), signature, time, payload: headerText(request, 'x-amz-content-sha256') };
}

function fromQuery(url: URL, nowMs: number): Given | { code: string } {
  const of = (name: string): string => url.searchParams.get(name) ?? '';
  const time = of('X-Amz-Date');
  if (timeOf(time) + Number(of('X-Amz-Expires')) * 1000 < nowMs) return { code: 'AccessDenied' };
  const signedHeaders = of('X-Amz-SignedHeaders').split(';');
  return {
    credential: of('X-Amz-Credential'),
    signedHeaders,
    signature: of('X-Amz-Signature'),
    time,
    payload: 'UNSIGNED-PAYLOAD',
  };
}

function canonicalQuery(url: URL): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function headerText(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replaceAll(/ +/g, ' ');
}

/** `20260102T030405Z` */
function timeOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
