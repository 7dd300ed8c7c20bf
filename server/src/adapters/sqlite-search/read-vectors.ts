import type { KeptVectors } from '../../core/ports/search-index.ts';
import { findOwner, rowRange, type SearchDatabase } from './search-database.ts';

/** Every source with vectors, of all owners. */
export function sourcesWithVectors(database: SearchDatabase): { ownerId: string; sourceId: string }[] {
  const owners = database.prepare<[], { number: number; ownerId: string }>('SELECT number, owner_id AS ownerId FROM owner').all();
  const find = database.prepare<[bigint, bigint], { sourceId: string }>(
    'SELECT DISTINCT source_id AS sourceId FROM passage WHERE row BETWEEN ? AND ? AND vector_space IS NOT NULL',
  );
  return owners.flatMap(({ number, ownerId }) => find.all(...rowRange(number)).map(({ sourceId }) => ({ ownerId, sourceId })));
}

/** The source's vectors as they are kept: signed bytes, scaled to the largest. Null when it has none. */
export function vectorsOfSource(database: SearchDatabase, ownerId: string, sourceId: string): KeptVectors | null {
  const owner = findOwner(database, ownerId);
  const space = database
    .prepare<[], { embedderId: string; dimensions: number }>(
      'SELECT embedder_id AS embedderId, dimensions FROM vector_space ORDER BY number DESC LIMIT 1',
    )
    .get();
  if (owner === null || !space) return null;
  const find = database.prepare<[string, bigint, bigint], { id: string; embedding: Uint8Array }>(
    `SELECT p.id, v.embedding FROM passage p JOIN vector v ON v.row = p.row
     WHERE p.source_id = ? AND p.row BETWEEN ? AND ? ORDER BY p.row`,
  );
  const vectors = find.all(sourceId, ...rowRange(owner)).map(({ id, embedding: bytes }) => ({
    id,
    vector: Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
  }));
  return vectors.length > 0 ? { ...space, vectors } : null;
}
