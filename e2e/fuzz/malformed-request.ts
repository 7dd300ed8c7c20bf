import { API_PREFIX, operations, type OperationSpec } from '@scholium/contract';
import { between } from '../faults/seeded-random.ts';

/** A request as bytes, so that it may be anything. */
export interface MalformedRequest {
  readonly what: string;
  readonly bytes: Buffer;
  /** It promises more bytes than come: the client goes, and no answer is one too. */
  readonly isCutOff: boolean;
}

type Random = () => number;

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  '',
  ' ',
  '..',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  '\u202eevil',
  'é'.repeat(300),
  'x'.repeat(20_000),
  "'; drop table jobs; --",
  '<img src=x onerror=alert(1)>',
  '__proto__',
  'NaN',
  [],
  [[[[]]]],
  {},
  { $gt: '' },
  { toString: 1 },
];
const IDS: readonly string[] = [
  '',
  '.',
  '..',
  '%2e%2e%2f%2e%2e',
  '%00',
  '%',
  '%zz',
  '%ff%fe',
  '%F0%9F%92%A5',
  'a'.repeat(129),
  'a'.repeat(9_000),
  "'",
  '"',
  '__proto__',
  'constructor',
  '-1',
  'none',
];
const TYPES: readonly string[] = [
  'application/json',
  'application/json; charset=utf-16',
  'application/json;;;',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/offset+octet-stream',
  '/',
  '',
];
const HEADERS: readonly string[] = [
  'range: bytes=9-1',
  'range: bytes=-',
  'range: bytes=99999999999999999999-',
  'idempotency-key: ' + 'k'.repeat(300),
  'idempotency-key: \t',
  'x-api-key: \u00ff\u00fe',
  'authorization: Bearer',
  'authorization: Basic Og==',
  'cookie: scholium.session_token=%%%; a=b; =; ;',
  'x-share-token: ' + 's'.repeat(5_000),
  'accept: */*;q=abc',
  'content-encoding: gzip',
  'expect: 100-continue',
  'last-event-id: -1',
  'last-event-id: 1e999',
  'if-none-match: """',
  'x-forwarded-for: 1, 2, 3',
  'x-request-id: \u0001',
  'tus-resumable: 9.9.9',
  'upload-length: -1',
  'upload-metadata: filename',
  'origin: null',
  'origin: https://evil.example',
  'content-length: 5',
  'transfer-encoding: chunked',
  'x-long: ' + 'h'.repeat(20_000),
];

/** One request that is wrong in some way; mostly addressed to an operation that there is. */
export function malformedRequest(random: Random): MalformedRequest {
  const all: OperationSpec[] = Object.values(operations);
  const operation = one(random, all);
  const method =
    random() < 0.9 ? operation.method : one(random, ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUUX']);
  const path = API_PREFIX + operation.path.replace(/\{\w+\}/g, () => one(random, IDS)) + queryOf(random, operation);
  const body = bodyOf(random, operation);
  const lines = [
    `${method} ${random() < 0.01 ? one(random, ['', '//', 'http://[::1', '*']) : path} ${random() < 0.01 ? 'HTTP/9.9' : 'HTTP/1.1'}`,
    random() < 0.02 ? one(random, ['host: evil.example', 'host:', 'host: a/b']) : 'host: localhost',
    ...(body === null ? [] : [`content-type: ${random() < 0.8 ? 'application/json' : one(random, TYPES)}`]),
    ...(body === null ? [] : [`content-length: ${body.length + (random() < 0.02 ? 7 : 0)}`]),
    ...Array.from({ length: between(random, 0, 2) }, () => one(random, HEADERS)),
    'connection: close',
  ];
  const isCutOff =
    lines.filter((line) => /^(?:content-length|transfer-encoding|expect)/.test(line)).length > (body === null ? 0 : 1);
  const isShort = body !== null && lines.includes(`content-length: ${body.length + 7}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return {
    isCutOff: isCutOff || isShort,
    what: lines.map((line) => line.slice(0, 120)).join(' | '),
    bytes: Buffer.concat([head, body ?? Buffer.alloc(0)]),
  };
}

function one<T>(random: Random, things: readonly T[]): T {
  return things[between(random, 0, things.length - 1)] as T; // none of the lists is empty
}

function queryOf(random: Random, { query }: OperationSpec): string {
  if (random() < 0.4) return '';
  const names = [...Object.keys(query?.shape ?? {}), 'share', '__proto__', 'x'];
  const pairs = Array.from({ length: between(random, 1, 4) }, () => {
    const value = one(random, [...IDS, ...VALUES.map((each) => encodeURIComponent(safe(each)))]);
    return `${one(random, names)}=${value}`;
  });
  return `?${pairs.join('&')}`.slice(0, 12_000);
}

/** A lone surrogate cannot be encoded in an address. */
function safe(value: unknown): string {
  return String(JSON.stringify(value)).toWellFormed();
}

function bodyOf(random: Random, operation: OperationSpec): Buffer | null {
  if (operation.method === 'GET' && random() < 0.9) return null;
  const kind = random();
  if (kind < 0.1) return null;
  if (kind < 0.2)
    return Buffer.from(one(random, ['{', '{"a":', '[', 'null', '"', '\ufeff{}', '{"a":1,"a":2}', 'NaN', '1'.repeat(400)]));
  if (kind < 0.25) return Buffer.from('['.repeat(5_000) + ']'.repeat(5_000));
  if (kind < 0.3) return Buffer.from(Array.from({ length: 200 }, () => between(random, 0, 255)));
  if (kind < 0.33) return Buffer.from('{"title":"x"}', 'utf16le');
  if (kind < 0.36)
    return Buffer.from(
      `--x\r\ncontent-disposition: form-data; name="${one(random, ['file', 'audio', '__proto__', ''])}"\r\n\r\nbroken`,
    );
  const names = [...fieldsOf(operation), '__proto__', 'constructor', 'extra'];
  const pairs = Array.from(
    { length: between(random, 0, 5) },
    () => `${JSON.stringify(one(random, names))}:${JSON.stringify(one(random, VALUES))}`,
  );
  return Buffer.from(`{${pairs.join(',')}}`);
}

function fieldsOf({ body, multipart }: OperationSpec): string[] {
  const schema = body as { shape?: object; def?: { innerType?: { shape?: object } } } | undefined; // zod objects, optional or not
  return Object.keys(schema?.shape ?? schema?.def?.innerType?.shape ?? multipart?.fields.shape ?? {});
}
