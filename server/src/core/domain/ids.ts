import { randomUUID } from 'node:crypto';

/** A new id: a short prefix that says what it is, and 122 random bits. */
export function newId(prefix: 'lec' | 'src' | 'job' | 'art' | 'crs'): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
