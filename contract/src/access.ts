import { z } from 'zod';

/**
 * What a key, or whoever signed in, may do. Each includes the ones before it: who may `transcribe` may `read`, who may `write` may
 * both. `admin` is for operators.
 */
export const permissions = ['read', 'transcribe', 'write', 'admin'] as const;
export type Permission = (typeof permissions)[number];
export const permissionSchema = z.enum(permissions);

/** What somebody may do with a course that is another's. An editor may do what a viewer may. */
export const shareRights = ['viewer', 'editor'] as const;
export type ShareRight = (typeof shareRights)[number];
export const shareRightSchema = z.enum(shareRights);

/** Who may call an operation. Every operation says so; what may be called by whom is tested for each. */
export interface AccessSpec {
  /** `anyone` needs no sign-in; `admin` is an administrator. */
  readonly who: 'anyone' | 'member' | 'admin';
  /** What an API key must allow. */
  readonly permission: Permission;
  /** From which right on people may call it for a lecture or course that is shared with them. Without it only the owner may. */
  readonly shared?: ShareRight;
}

/** What `access` of an operation can be. */
export const may = {
  /** Health and the description of the API. */
  anyone: { who: 'anyone', permission: 'read' },
  read: { who: 'member', permission: 'read' },
  transcribe: { who: 'member', permission: 'transcribe' },
  write: { who: 'member', permission: 'write' },
  /** Reads something that may be shared. */
  view: { who: 'member', permission: 'read', shared: 'viewer' },
  /** Changes something that may be shared with editors. */
  edit: { who: 'member', permission: 'write', shared: 'editor' },
  administer: { who: 'admin', permission: 'admin' },
} as const satisfies Record<string, AccessSpec>;

/** Whether what is granted includes what is needed. */
export function allows(granted: readonly Permission[], needed: Permission): boolean {
  return granted.some((permission) => permissions.indexOf(permission) >= permissions.indexOf(needed));
}
