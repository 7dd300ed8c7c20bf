import type { Scope } from '../domain/scope.ts';

/** What rows say of files, whatever the rows are of. */
export interface FileRowStore {
  /** Those of the keys that a row refers to, or whose bytes are being stored, each with the owner of the row. */
  referred(scope: Scope, keys: readonly string[]): Promise<readonly { readonly ownerId: string; readonly key: string }[]>;
}
