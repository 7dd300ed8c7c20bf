import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteSearchIndex } from '@scholium/server/adapters/sqlite-search/sqlite-search-index.ts';
import type { IndexedPassage } from '@scholium/server/core/domain/passage.ts';
import { ownerScope } from '@scholium/server/core/domain/scope.ts';
import type { Embedder, SearchHit, SearchQuery } from '@scholium/server/core/ports/index.ts';

const scope = ownerScope('bench');
const signal = new AbortController().signal;

/** What a search goes by. */
export type Way = 'words' | 'meaning' | 'both';

/** The product's index, filled the way indexing fills it. */
export interface SearchBed {
  /** Passages as the product makes them, of one source. */
  put(sourceId: string, passages: readonly IndexedPassage[]): Promise<void>;
  /** Best first. */
  find(question: string, way: Way, filter?: SearchQuery['filter']): Promise<readonly SearchHit[]>;
}

/** Far enough down that the tenth paragraph is reached, though paragraphs have several passages. */
const LIMIT = 60;

/** Gives the work an index of its own, embedded with `embedder`. */
export async function withSearchBed<T>(embedder: Embedder, work: (bed: SearchBed) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'scholium-quality-'));
  const quiet = (): void => {};
  const index = createSqliteSearchIndex({ dataDir: folder, log: { info: quiet, warn: quiet, error: quiet } });
  try {
    return await work({
      async put(sourceId, passages) {
        await index.replace(scope, sourceId, passages);
        const texts = passages.map(({ text }) => text);
        const vectors = await embedder.embed(texts, 'passage', signal);
        const pairs = passages.flatMap(({ id }, i) => {
          const vector = vectors[i];
          return vector ? [{ id, vector }] : [];
        });
        await index.addVectors(scope, embedder.id, pairs);
      },
      async find(question, way, filter = {}) {
        const [values] = way === 'words' ? [] : await embedder.embed([question], 'query', signal);
        const vector = values ? { embedderId: embedder.id, values } : null;
        const query = { text: way === 'meaning' ? '' : question, vector, filter, limit: LIMIT };
        return (await index.search(scope, query, signal)).hits;
      },
    });
  } finally {
    await index.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An embedder that embeds each text once. */
export function remembering(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  return {
    ...embedder,
    async embed(texts, purpose, stop) {
      const fresh = [...new Set(texts)].filter((text) => !known.has(text));
      const vectors = await embedder.embed(fresh, purpose, stop);
      vectors.forEach((vector, i) => known.set(fresh[i] ?? '', vector));
      return texts.flatMap((text) => known.get(text) ?? []);
    },
  };
}
