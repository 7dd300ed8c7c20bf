import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ownerOf } from '../../core/domain/scope.ts';
import type { Scope } from '../../core/domain/scope.ts';

const KEY = /^[a-z0-9_-][a-z0-9_.-]*(\/[a-z0-9_-][a-z0-9_.-]*)*$/;
const PLAIN_OWNER = /^[a-z0-9_-]{1,64}$/;

/**
 * The path of a blob below `root`. Keys are ours, so a key that could leave the owner's folder is a fault of the
 * program and throws.
 */
export function blobPath(root: string, scope: Scope, key: string): string {
  return join(root, ownerFolder(ownerOf(scope)), checkedKey(key));
}

/** @throws Error for anything but `[a-z0-9_.-]` segments, none of which begins with a dot */
export function checkedKey(key: string): string {
  if (key.length > 300 || !KEY.test(key) || key.includes('..'))
    throw new Error(`Not a blob key: ${JSON.stringify(key.slice(0, 80))}`);
  return key;
}

/** Where a file lies below all owners: `OWNER/KEY`. */
export function blobPlace(scope: Scope, key: string): string {
  return `${ownerFolder(ownerOf(scope))}/${checkedKey(key)}`;
}

/** What `blobPlace` gave, taken apart; null for another path. */
export function placeOf(path: string): { readonly place: string; readonly key: string } | null {
  const [, owner = '', key = ''] = /^([^/]+)\/(.+)$/s.exec(path) ?? [];
  const isOwner = PLAIN_OWNER.test(owner) || /^~[0-9a-f]{64}$/.test(owner);
  return isOwner && KEY.test(key) && !key.includes('..') ? { place: path, key } : null;
}

/** A folder name for any owner id; `~` keeps hashed names apart from plain ones. */
export function ownerFolder(ownerId: string): string {
  return PLAIN_OWNER.test(ownerId) ? ownerId : `~${createHash('sha256').update(ownerId).digest('hex')}`;
}
