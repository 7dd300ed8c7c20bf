import { sql, type Expression, type SqlBool } from 'kysely';
import { AppError } from '../../core/domain/app-error.ts';
import type { Page, PageRequest } from '../../core/domain/page.ts';

interface Keyed {
  readonly createdAt: number;
  readonly id: string;
}

/** Keyset condition for listings ordered by `createdAt desc, id desc`: what comes after the cursor. */
export function afterCursor(table: string, cursor: string | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  const { createdAt, id } = decodeCursor(cursor);
  return sql<SqlBool>`(${sql.ref(`${table}.createdAt`)}, ${sql.ref(`${table}.id`)}) < (${createdAt}, ${id})`;
}

/** Makes a page of rows that were read with `limit + 1`: the extra row only tells that there is more. */
export function toPage<R extends Keyed, T>(rows: readonly R[], request: PageRequest, present: (row: R) => T): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(present),
    nextCursor: rows.length > request.limit && last ? encodeCursor(last) : null,
  };
}

export function encodeCursor({ createdAt, id }: Keyed): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** @throws AppError `invalid_request` for anything that `encodeCursor` did not make */
export function decodeCursor(cursor: string): Keyed {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === 'string') {
      return { createdAt: Number(value[0]), id: value[1] };
    }
  } catch {
    // not JSON: refused below like every other wrong cursor
  }
  throw new AppError('invalid_request', 'The cursor is not valid. Use "nextCursor" of the page before, or leave it out.');
}
