import { findOwner, findVectorSpace, rowRange, type SearchDatabase } from './search-database.ts';

export interface UnembeddedPassage {
  readonly id: string;
  readonly text: string;
  readonly context: string;
}

/** The source's passages that have no vector of this embedder, in the order they were added. */
export function passagesWithoutVector(
  database: SearchDatabase,
  request: { ownerId: string | null; embedderId: string; sourceId: string },
): UnembeddedPassage[] {
  const range = scopeRange(database, request.ownerId);
  if (!range) return [];
  const space = findVectorSpace(database, request.embedderId);
  const find = database.prepare<unknown[], UnembeddedPassage>(
    'SELECT id, text, context FROM passage WHERE source_id = ? AND row BETWEEN ? AND ? AND vector_space IS NOT ? ORDER BY row',
  );
  // A number no space has finds every passage, since none holds a vector of an embedder that is not there.
  return find.all(request.sourceId, ...range, space?.number ?? -1);
}

export function countPassages(database: SearchDatabase, ownerId: string | null): number {
  const range = scopeRange(database, ownerId);
  if (!range) return 0;
  const count = database.prepare<unknown[], { passages: number }>(
    'SELECT count(*) AS passages FROM passage WHERE row BETWEEN ? AND ?',
  );
  return count.get(...range)?.passages ?? 0;
}

/** The scope's rows; null when nothing of the owner is indexed. */
function scopeRange(database: SearchDatabase, ownerId: string | null): [bigint, bigint] | null {
  const owner = ownerId === null ? null : findOwner(database, ownerId);
  return ownerId !== null && owner === null ? null : rowRange(owner);
}
