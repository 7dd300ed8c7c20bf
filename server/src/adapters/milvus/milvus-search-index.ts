import type { IndexedPassage } from '../../core/domain/passage.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { SuggestedTerm } from '../../core/domain/vocabulary.ts';
import type { Log } from '../../core/ports/log.ts';
import type {
  QueryVector,
  SearchIndex,
  SearchQuery,
  SearchReply,
  SuggestQuery,
  VectorSource,
} from '../../core/ports/search-index.ts';
import { MilvusConnection, MilvusError } from './milvus-connection.ts';
import { MilvusSync, type ChangedSource } from './milvus-sync.ts';

export interface MilvusSearchIndexOptions {
  /** Passages, words, and a copy of the vectors, from which Milvus is filled and which answers while Milvus is away. */
  readonly index: SearchIndex & VectorSource;
  /** `http://host:19530`, or `https://...`. */
  readonly address: string;
  /** An API key or `user:password`; null when the server asks for none. */
  readonly token: string | null;
  /** Keeps installations on one Milvus apart: the beginning of the names of collections. */
  readonly prefix: string;
  readonly log: Log;
  /** How long a question waits for Milvus before the index compares itself; 1.5 s when left out. */
  readonly searchTimeoutMs?: number;
  /** How long a write may take; 20 s when left out. */
  readonly writeTimeoutMs?: number;
  /** After so long Milvus is tried again while it is away; 10 s when left out. */
  readonly retryMs?: number;
  /** Changes are gathered for so long before they are sent; 500 ms when left out. */
  readonly gatherMs?: number;
}

export interface MilvusSearchIndex extends SearchIndex {
  /** Resolves when what was written until now is in Milvus, or an attempt to put it there has failed. */
  settled(): Promise<void>;
}

/** How many of the nearest passages Milvus is asked for, as many as the index itself would compare. */
const CANDIDATES = 150;

const AWAY =
  'Milvus cannot be used: vectors are compared in the search index, one by one. What it lacks is put there when it is back.';
const FILLING = 'Milvus is being filled: until then vectors are compared in the search index, one by one.';

/**
 * A search index that has the nearest vectors found by Milvus. The index behind it stays the truth: Milvus names candidates
 * of the owner, the index looks at each. While Milvus is away, slow or incomplete, the index compares its own vectors, and
 * says `degraded`. Changes are sent in the background; when the process starts and whenever Milvus comes back, everything is compared.
 *
 * @example const index = createMilvusSearchIndex({ index: sqlite, address: 'http://localhost:19530', token: null, prefix: 'scholium', log })
 */
export function createMilvusSearchIndex(options: MilvusSearchIndexOptions): MilvusSearchIndex {
  return new IndexWithMilvus(options);
}

class IndexWithMilvus implements MilvusSearchIndex {
  readonly #index: SearchIndex & VectorSource;
  readonly #log: Log;
  readonly #connection: MilvusConnection;
  readonly #sync: MilvusSync;
  readonly #search: MilvusSync['collection'];
  readonly #timing: { readonly retryMs: number; readonly gatherMs: number };
  readonly #changed = new Map<string, ChangedSource>();
  /** False until everything was compared, and again after each failure. */
  #isWhole = false;
  #isAway = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;

  constructor(options: MilvusSearchIndexOptions) {
    const { index, address, token, prefix, log, retryMs = 10_000, gatherMs = 500 } = options;
    this.#index = index;
    this.#log = log;
    this.#timing = { retryMs, gatherMs };
    this.#connection = new MilvusConnection({ address, token });
    const { searchTimeoutMs = 1500, writeTimeoutMs = 20_000 } = options;
    this.#sync = new MilvusSync({ connection: this.#connection, prefix, searchTimeoutMs, writeTimeoutMs }, index);
    this.#search = (embedderId, dimensions) => this.#sync.collection(embedderId, dimensions);
    this.#plan(0);
  }

  async replace(scope: Scope, sourceId: string, passages: readonly IndexedPassage[]): Promise<void> {
    await this.#index.replace(scope, sourceId, passages);
    this.#note(scope, sourceId);
  }

  async addVectors(
    scope: Scope,
    embedderId: string,
    vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
  ): Promise<void> {
    await this.#index.addVectors(scope, embedderId, vectors);
    // Ids of passages are `source:version:number`.
    for (const sourceId of new Set(vectors.map(({ id }) => id.replace(/:\d+:\d+$/, '')))) this.#note(scope, sourceId);
  }

  async remove(scope: Scope, sourceId: string): Promise<void> {
    await this.#index.remove(scope, sourceId);
    this.#note(scope, sourceId);
  }

  withoutVector(
    scope: Scope,
    embedderId: string,
    sourceId: string,
  ): Promise<readonly { id: string; text: string; context: string }[]> {
    return this.#index.withoutVector(scope, embedderId, sourceId);
  }

  async search(scope: Scope, query: SearchQuery, signal: AbortSignal): Promise<SearchReply> {
    const vector = Promise.resolve(query.vector);
    const near = vector.then((wanted) => this.#nearest(scope, query, wanted, signal));
    near.catch(() => {}); // fails with the vector only, which the index is waiting for too
    const reply = await this.#index.search(scope, { ...query, vector, near }, signal);
    const hasCandidates = reply.hits.length > 0;
    return (await vector) !== null && this.#isAway && hasCandidates ? { ...reply, degraded: true } : reply;
  }

  suggest(scope: Scope, query: SuggestQuery, signal: AbortSignal): Promise<readonly SuggestedTerm[]> {
    return this.#index.suggest(scope, query, signal);
  }

  count(scope: Scope): Promise<number> {
    return this.#index.count(scope);
  }

  async check(): Promise<string | null> {
    const limit = await this.#index.check();
    return this.#isAway ? AWAY : this.#isWhole ? limit : FILLING;
  }

  async settled(): Promise<void> {
    for (;;) {
      if (this.#running) await this.#running;
      else if (this.#isAway || this.#isClosed || (this.#isWhole && this.#changed.size === 0)) return;
      else this.#run();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#connection.close();
    await this.#running;
    await this.#index.close();
  }

  /** Candidates of Milvus; null when the index has to compare itself: nothing is wrong then, or `#isAway` is set. */
  async #nearest(scope: Scope, query: SearchQuery, vector: QueryVector | null, signal: AbortSignal): Promise<string[] | null> {
    // Few passages pass a filter, and the nearest of all may not be among them: the index compares those that do.
    if (scope.kind === 'system' || !vector || Object.values(query.filter).some((value) => value !== undefined)) return null;
    const isChanging = this.#changed.values().some(({ ownerId }) => ownerId === null || ownerId === scope.ownerId);
    if (this.#isAway || !this.#isWhole || isChanging) return null;
    const collection = this.#search(vector.embedderId, vector.values.length);
    if (!collection) return null;
    try {
      return await collection.nearest(scope.ownerId, vector.values, Math.max(CANDIDATES, query.limit), signal);
    } catch (error) {
      if (!signal.aborted) this.#lose(error);
      return null;
    }
  }

  #note(scope: Scope, sourceId: string): void {
    const ownerId = scope.kind === 'owner' ? scope.ownerId : null;
    this.#changed.set(JSON.stringify([ownerId, sourceId]), { ownerId, sourceId });
    if (!this.#isAway) this.#plan(this.#timing.gatherMs);
  }

  #plan(delayMs: number): void {
    if (this.#isClosed || this.#timer) return;
    this.#timer = setTimeout(() => this.#run(), delayMs);
    this.#timer.unref();
  }

  #run(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isClosed || this.#running) return;
    this.#running = this.#bringUpToDate()
      .catch((error: unknown) => this.#lose(error))
      .finally(() => {
        this.#running = null;
        if (!this.#isAway && this.#changed.size > 0) this.#plan(this.#timing.gatherMs);
      });
  }

  async #bringUpToDate(): Promise<void> {
    if (!this.#isWhole) {
      const before = [...this.#changed];
      await this.#sync.compareAll();
      for (const [key, change] of before) if (this.#changed.get(key) === change) this.#changed.delete(key);
      this.#isWhole = true;
      if (this.#isAway) this.#log.info('application', 'search.milvus-back');
      this.#isAway = false;
    }
    for (const [key, change] of this.#changed) {
      if (this.#isClosed) return;
      await this.#sync.compareSource(change);
      // It may have been changed again meanwhile; then it is looked at again.
      if (this.#changed.get(key) === change) this.#changed.delete(key);
    }
  }

  #lose(error: unknown): void {
    if (this.#isClosed) return;
    const code = error instanceof MilvusError ? error.code : null;
    if (!this.#isAway) this.#log.warn('application', 'search.milvus-away', { code, cause: String(error) });
    this.#isAway = true;
    this.#isWhole = false;
    // A lost collection is made again at once; whoever does not answer is left alone for a while.
    this.#plan(error instanceof MilvusError && error.isCollectionLost ? 0 : this.#timing.retryMs);
  }
}
