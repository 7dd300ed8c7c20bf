import { createHash, randomUUID } from 'node:crypto';

type Prefix =
  | 'lec'
  | 'src'
  | 'job'
  | 'art'
  | 'crs'
  | 'upl'
  | 'thr'
  | 'msg'
  | 'pre'
  | 'key'
  | 'inv'
  | 'shr'
  | 'aud'
  | 'liv'
  | 'mrk';

/** A new id: a short prefix that says what it is, and 122 random bits. */
export function newId(prefix: Prefix): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

/** An id that looks like a new one and is the same whenever the text is. */
export function idOf(prefix: Prefix, text: string): string {
  return `${prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
