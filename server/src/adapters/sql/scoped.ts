import { sql, type Expression, type SqlBool } from 'kysely';
import type { Scope } from '../../core/domain/scope.ts';

/** The one place that turns a scope into a condition on a table with an `ownerId`. */
export function within(scope: Scope, table: string): Expression<SqlBool> {
  return scope.kind === 'system' ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.ref(`${table}.ownerId`)} = ${sql.val(scope.ownerId)}`;
}

/**
 * The owner that a written row gets. Ids are unique for an owner only, so nothing is written for all owners at once.
 * @throws Error when the scope is `system`, or another owner's than the row says
 */
export function ownerOf(scope: Scope, rowOwnerId?: string): string {
  if (scope.kind === 'system') throw new Error('A write needs the scope of one owner.');
  if (rowOwnerId !== undefined && rowOwnerId !== scope.ownerId)
    throw new Error('The row belongs to another owner than the scope.');
  return scope.ownerId;
}
