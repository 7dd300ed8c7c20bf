import { ownerScope } from '../../core/domain/scope.ts';
import type { VectorSource } from '../../core/ports/search-index.ts';
import {
  digestOf,
  dropOtherCollections,
  keyOf,
  MilvusVectors,
  type MilvusPlace,
  type MilvusReach,
  type MilvusRow,
} from './milvus-vectors.ts';

/** A source whose rows in Milvus may differ from the vectors of the index; of every owner for null. */
export interface ChangedSource {
  readonly ownerId: string | null;
  readonly sourceId: string;
}

/**
 * Makes Milvus hold what the index holds. The index is read anew each time, so doing it twice, or again after a stop in the
 * middle, changes nothing; only rows that differ are sent.
 */
export class MilvusSync {
  readonly #place: MilvusPlace;
  readonly #index: VectorSource;
  /** The collection that was there when it was last looked at. */
  #vectors: MilvusVectors | null = null;

  constructor(place: MilvusPlace, index: VectorSource) {
    this.#place = place;
    this.#index = index;
  }

  /** The collection of an embedder; null when it is not the one that is kept alike. */
  collection(embedderId: string, dimensions: number): MilvusVectors | null {
    const asked = new MilvusVectors(this.#place, embedderId, dimensions);
    return asked.name === this.#vectors?.name ? this.#vectors : null;
  }

  /** Compares everything. Rows of what is gone are removed, and collections of other embedders dropped. */
  async compareAll(): Promise<void> {
    this.#vectors = null;
    const vectors = await this.#current();
    if (vectors) {
      await vectors.ensure();
      // Read before the index is: what another process puts into both meanwhile is then not taken for a leftover.
      const gone = await vectors.keys({});
      for (const { ownerId, sourceId } of await this.#index.vectorSources()) {
        const wanted = await this.#wanted(ownerId, sourceId);
        // The model was changed meanwhile. That was noted, and is looked at next.
        if (wanted.vectors?.name !== vectors.name) continue;
        await putDifferent(vectors, wanted.rows, gone);
        for (const row of wanted.rows) gone.delete(keyOf(row));
      }
      await vectors.removeKeys([...gone.keys()]);
    }
    await dropOtherCollections(this.#place, vectors?.name ?? null);
    this.#vectors = vectors;
  }

  /** Compares one source, of one owner or all. */
  async compareSource({ ownerId, sourceId }: ChangedSource): Promise<void> {
    if (ownerId !== null) return this.#compare(ownerId, sourceId, { ownerId, sourceId });
    await this.#removeAll({ sourceId });
    for (const holder of await this.#index.vectorSources()) {
      if (holder.sourceId === sourceId) await this.#compare(holder.ownerId, sourceId, holder);
    }
  }

  async #compare(ownerId: string, sourceId: string, reach: MilvusReach): Promise<void> {
    const { vectors, rows } = await this.#wanted(ownerId, sourceId);
    if (vectors === null) return this.#removeAll(reach);
    // The first vectors of this embedder: those of the one before go.
    if (vectors.name !== this.#vectorsName()) return this.compareAll();
    const held = await vectors.keys(reach);
    await putDifferent(vectors, rows, held);
    for (const row of rows) held.delete(keyOf(row));
    await vectors.removeKeys([...held.keys()]);
  }

  /** The collection of the vectors that the index keeps now; null when it keeps none. */
  async #current(): Promise<MilvusVectors | null> {
    for (const { ownerId, sourceId } of await this.#index.vectorSources()) {
      const { vectors } = await this.#wanted(ownerId, sourceId);
      if (vectors) return vectors;
    }
    return null;
  }

  async #removeAll(reach: MilvusReach): Promise<void> {
    const vectors = this.#vectors;
    if (vectors) await vectors.removeKeys([...(await vectors.keys(reach)).keys()]);
  }

  async #wanted(ownerId: string, sourceId: string): Promise<{ vectors: MilvusVectors | null; rows: MilvusRow[] }> {
    const kept = await this.#index.vectorsOf(ownerScope(ownerId), sourceId);
    if (!kept) return { vectors: null, rows: [] };
    const rows = kept.vectors.map(({ id, vector }) => ({ ownerId, sourceId, passageId: id, vector }));
    return { vectors: new MilvusVectors(this.#place, kept.embedderId, kept.dimensions), rows };
  }

  #vectorsName(): string | null {
    return this.#vectors?.name ?? null;
  }
}

async function putDifferent(
  vectors: MilvusVectors,
  rows: readonly MilvusRow[],
  held: ReadonlyMap<string, string>,
): Promise<void> {
  await vectors.put(rows.filter((row) => held.get(keyOf(row)) !== digestOf(row)));
}
