import { sql, type Expression, type SqlBool } from 'kysely';
import type { Scope } from '../../core/domain/scope.ts';

/** The one place that turns a scope into a condition on a table with an `ownerId`. */
export function within(scope: Scope, table: string): Expression<SqlBool> {
  return scope.kind === 'system' ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.ref(`${table}.ownerId`)} = ${sql.val(scope.ownerId)}`;
}
