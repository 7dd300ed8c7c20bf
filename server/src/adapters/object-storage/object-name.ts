import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import { AppError } from '../../core/domain/app-error.ts';
import { checkedKey, ownerFolder, placeOf } from '../disk/blob-path.ts';

/** Both stores take names of at most 1,024 bytes; keys have up to 300 and an owner's folder up to 65. */
const MOST_PREFIX_BYTES = 600;

/**
 * The name of a blob in a bucket, `PREFIX/OWNER/KEY`, by the same rules as on the disk.
 * @throws Error for a key that is not one of ours, before anything is sent
 */
export function objectName(prefix: string, scope: Scope, key: string): string {
  return `${prefix}${ownerFolder(ownerOf(scope))}/${checkedKey(key)}`;
}

/** The place `OWNER/KEY` and key of an object, by its name; null for what is not named as we name objects. */
export function placeOfObject(prefix: string, name: string): { readonly place: string; readonly key: string } | null {
  if (!name.startsWith(prefix)) return null;
  const place = name.slice(prefix.length);
  return placeOf(place);
}

/**
 * A prefix with one `/` at its end and none at its start; empty for none.
 * @throws AppError `configuration_invalid`
 * @example checkedPrefix('/scholium/', 'S3_PREFIX') // 'scholium/'
 */
export function checkedPrefix(prefix: string, variable: string): string {
  const segments = prefix.split('/').filter((segment) => segment !== '');
  const odd = segments.some((segment) => segment === '.' || segment === '..' || /[\p{Cc}#?*[\]\\]/u.test(segment));
  if (odd || Buffer.byteLength(prefix) > MOST_PREFIX_BYTES) {
    const rule = `at most ${MOST_PREFIX_BYTES} bytes, without control characters and # ? * [ ] \\, and no segment "." or ".."`;
    throw new AppError('configuration_invalid', `${variable} is not a prefix that a bucket can have: ${rule}.`);
  }
  return segments.map((segment) => `${segment}/`).join('');
}

/** @throws AppError `configuration_invalid`: a name with a `/` in it would lead to another place */
export function checkedBucket(bucket: string, variable: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]$/.test(bucket)) return bucket;
  throw new AppError(
    'configuration_invalid',
    `${variable} is not the name of a bucket. Give the name alone, without s3:// or gs://.`,
  );
}
