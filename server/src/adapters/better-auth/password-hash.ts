import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** OWASP's first recommendation for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** `$argon2id$v=19$m=...,t=...,p=...$salt$hash`, as every argon2 library writes it. Runs off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await argon2id(password, { salt, memory: MEMORY_KIB, passes: PASSES, lanes: LANES, length: HASH_BYTES });
  const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${encode(salt)}$${encode(hash)}`;
}

/** Whether it is the password of that hash. False for a hash that is none. */
export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  if (!parts) return false;
  const [, memory, passes, lanes, salt = '', expected = ''] = parts;
  const wanted = Buffer.from(expected, 'base64');
  const given = await argon2id(password, {
    salt: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    length: wanted.length,
  });
  return timingSafeEqual(given, wanted);
}

function argon2id(
  password: string,
  { salt, memory, passes, lanes, length }: { salt: Buffer; memory: number; passes: number; lanes: number; length: number },
): Promise<Buffer> {
  // NFKC: the same password typed on another keyboard is the same.
  const message = password.normalize('NFKC');
  return derive('argon2id', { message, nonce: salt, parallelism: lanes, memory, passes, tagLength: length });
}
