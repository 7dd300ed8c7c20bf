import { Pool } from 'pg';
import { AppError, toAppError } from '../../core/domain/app-error.ts';
import type { IndexedPassage } from '../../core/domain/passage.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { Log } from '../../core/ports/log.ts';
import type { SuggestedTerm } from '../../core/domain/vocabulary.ts';
import type {
  KeptVectors,
  SearchIndex,
  SearchQuery,
  SearchReply,
  SuggestQuery,
  VectorSource,
} from '../../core/ports/search-index.ts';
import { matchWords, reachOf, stemsOf } from './match-words.ts';
import { rankPassages } from './rank-passages.ts';
import { inTransaction, rowsOf, type SearchPool } from './search-pool.ts';
import { ensureTables, type VectorSupport } from './search-tables.ts';
import { storable } from './search-words.ts';
import { vocabularies } from './source-terms-table.ts';
import { keptSigns } from './kept-signs.ts';
import { vectorTableFor, type VectorTable } from './vector-table.ts';
import { addVectors, removeSource, replacePassages } from './write-passages.ts';

export interface PostgresSearchIndexOptions {
  /** Connections that others use too (left open by `close`), or the address to open some of its own. */
  readonly database: { readonly pool: SearchPool } | { readonly url: string; readonly poolSize?: number };
  readonly log: Log;
  /** Called when the tables were missing or older and empty ones were made: what the store holds has to be indexed again. */
  readonly onEmptied?: () => void;
}

export interface PostgresSearchIndex extends SearchIndex, VectorSource {
  /** How nearest vectors are found; `exact` means that pgvector is not installed, which health calls degraded. */
  vectorSupport(): Promise<VectorSupport>;
}

/**
 * All statements of a search see one state. No search needs a second; ten are a fault. Compiling statements (jit) costs
 * more than it saves here.
 */
const READ = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10s'; SET LOCAL jit = off`;

const EXACT =
  'PostgreSQL has no pgvector: all vectors are compared one by one. Install the extension ("postgresql-15-pgvector", "CREATE EXTENSION vector").';

/** Longest text of a query that is looked at, in UTF-16 units. */
const MAX_QUERY_LENGTH = 10_000;

/**
 * `SearchIndex` in tables of its own (`search_...`) of a PostgreSQL database: lists of passages for words, pgvector for meaning where the
 * server has it. Several processes may use it at once.
 *
 * @example const index = createPostgresSearchIndex({ database: { pool }, log })
 */
export function createPostgresSearchIndex(options: PostgresSearchIndexOptions): PostgresSearchIndex {
  return new SearchIndexInPostgres(options);
}

class SearchIndexInPostgres implements PostgresSearchIndex {
  readonly #pool: SearchPool;
  readonly #ownsPool: boolean;
  readonly #log: Log;
  readonly #onEmptied: () => void;
  readonly #vocabularyOf = vocabularies();
  readonly #signs = keptSigns();
  #opened: Promise<VectorSupport> | null = null;

  constructor({ database, log, onEmptied }: PostgresSearchIndexOptions) {
    this.#ownsPool = 'url' in database;
    this.#pool = 'url' in database ? openPool(database.url, database.poolSize ?? 4, log) : database.pool;
    this.#log = log;
    this.#onEmptied = onEmptied ?? ((): void => {});
  }

  async replace(scope: Scope, sourceId: string, passages: readonly IndexedPassage[]): Promise<void> {
    const ownerId = requireOwner(scope);
    await this.#attempt(() =>
      inTransaction(this.#pool, 'BEGIN', (client) => replacePassages(client, ownerId, sourceId, passages)),
    );
  }

  async addVectors(
    scope: Scope,
    embedderId: string,
    vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
  ): Promise<void> {
    const ownerId = requireOwner(scope);
    await this.#attempt((support) =>
      inTransaction(this.#pool, 'BEGIN', (client) => addVectors(client, this.#tableFor(support), ownerId, embedderId, vectors)),
    );
  }

  async remove(scope: Scope, sourceId: string): Promise<void> {
    await this.#attempt(() => inTransaction(this.#pool, 'BEGIN', (client) => removeSource(client, ownerOf(scope), sourceId)));
  }

  withoutVector(
    scope: Scope,
    embedderId: string,
    sourceId: string,
  ): Promise<readonly { id: string; text: string; context: string }[]> {
    return this.#attempt(() =>
      inTransaction(this.#pool, READ, async (client) => {
        const known = await rowsOf(client, 'SELECT 1 FROM search_space WHERE embedder_id = $1', [embedderId]);
        const missing = known.length > 0 ? 'AND NOT EXISTS (SELECT 1 FROM search_vectors v WHERE v.row = p.row)' : '';
        return rowsOf<{ id: string; text: string; context: string }>(
          client,
          `SELECT p.id, p.text, p.context FROM search_passages p JOIN search_owners o USING (owner)
           WHERE p.source_id = $1 AND ($2::text IS NULL OR o.owner_id = $2) ${missing} ORDER BY p.row`,
          [sourceId, ownerOf(scope)],
        );
      }),
    );
  }

  search(scope: Scope, query: SearchQuery, signal: AbortSignal): Promise<SearchReply> {
    const { filter, limit } = query;
    const vector = Promise.resolve(query.vector);
    vector.catch(() => {}); // it may fail while the words are looked up; it is awaited below
    const stems = stemsOf(query.text.slice(0, MAX_QUERY_LENGTH));
    const read = <T>(work: Parameters<typeof inTransaction<T>>[2]): Promise<T> => inTransaction(this.#pool, READ, work, signal);
    return this.#attempt(async (support) => {
      const { reach, matches } = await read(async (client) => {
        const reach = await reachOf(client, ownerOf(scope), filter);
        return { reach, matches: await matchWords(client, reach, stems) };
      });
      // No connection is held while the question is embedded.
      const input = { reach, stems, matches, limit, vector: await vector, near: (await query.near) ?? null };
      return read((client) => rankPassages(client, this.#tableFor(support), input));
    }, signal);
  }

  async suggest(scope: Scope, query: SuggestQuery, signal: AbortSignal): Promise<readonly SuggestedTerm[]> {
    const ownerId = requireOwner(scope);
    return this.#attempt(async () => {
      const vocabulary = await inTransaction(this.#pool, READ, (client) => this.#vocabularyOf(client, ownerId), signal);
      return vocabulary?.suggest(query.text, query.limit, query.courseId) ?? [];
    }, signal);
  }

  vectorSources(): Promise<readonly { ownerId: string; sourceId: string }[]> {
    return this.#attempt(() =>
      inTransaction(this.#pool, READ, async (client) => {
        if ((await rowsOf(client, 'SELECT 1 FROM search_space')).length === 0) return [];
        const find = `SELECT DISTINCT o.owner_id AS "ownerId", p.source_id AS "sourceId"
           FROM search_vectors v JOIN search_passages p ON p.row = v.row JOIN search_owners o ON o.owner = p.owner`;
        return rowsOf<{ ownerId: string; sourceId: string }>(client, find, []);
      }),
    );
  }

  async vectorsOf(scope: Scope, sourceId: string): Promise<KeptVectors | null> {
    const ownerId = requireOwner(scope);
    return this.#attempt((support) =>
      inTransaction(this.#pool, READ, async (client) => {
        const find = 'SELECT embedder_id AS "embedderId", dimensions FROM search_space';
        const [space] = await rowsOf<{ embedderId: string; dimensions: number }>(client, find);
        if (!space) return null;
        const vectors = await this.#tableFor(support).ofSource(client, ownerId, sourceId);
        return vectors.length > 0 ? { ...space, vectors } : null;
      }),
    );
  }

  count(scope: Scope): Promise<number> {
    return this.#attempt(async () => {
      const sum = 'SELECT coalesce(sum(passages), 0)::float8 AS count FROM search_owners WHERE $1::text IS NULL OR owner_id = $1';
      return (await rowsOf<{ count: number }>(this.#pool, sum, [ownerOf(scope)]))[0]?.count ?? 0;
    });
  }

  async check(): Promise<string | null> {
    const support = await this.#attempt(async (found) => {
      await this.#pool.query('SELECT version FROM search_meta');
      return found;
    });
    return support === 'exact' ? EXACT : null;
  }

  vectorSupport(): Promise<VectorSupport> {
    return this.#attempt((support) => Promise.resolve(support));
  }

  async close(): Promise<void> {
    if (this.#ownsPool) await this.#pool.end();
  }

  /** Tries twice: a lost connection is replaced, and tables that went missing are made anew. All calls may be repeated. */
  async #attempt<T>(work: (support: VectorSupport) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const opened = this.#open();
    try {
      return await work(await opened);
    } catch (error) {
      try {
        if (signal?.aborted || error instanceof AppError || codeOf(error) === '57014') throw error;
        // Whoever meets the missing tables first looks again; the others wait for the same answer.
        if (this.#opened === opened) this.#opened = null;
        return await work(await this.#open());
      } catch (second) {
        throw searchError(second, signal);
      }
    }
  }

  #tableFor(support: VectorSupport): VectorTable {
    return vectorTableFor(support, { signs: this.#signs });
  }

  #open(): Promise<VectorSupport> {
    if (this.#opened) return this.#opened;
    const opening = this.#makeSure();
    this.#opened = opening;
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = null;
    });
    return opening;
  }

  async #makeSure(): Promise<VectorSupport> {
    const { made, support } = await ensureTables(this.#pool);
    if (made) {
      this.#log.info('application', 'search.index-made', { vectors: support });
      this.#onEmptied();
    }
    return support;
  }
}

function openPool(url: string, max: number, log: Log): SearchPool {
  const pool = new Pool({ connectionString: url, max, connectionTimeoutMillis: 5_000, statement_timeout: 60_000 });
  // A connection that breaks is replaced; without listeners it would end the process.
  pool.on('error', (error) => log.warn('application', 'search.connection-lost', { cause: String(error) }));
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool as unknown as SearchPool; // `pg` declares overloads and leaves out `processID`, which its clients have
}

/** The owner whose rows a call may touch, null for all. */
function ownerOf(scope: Scope): string | null {
  return scope.kind === 'owner' ? storable(scope.ownerId) : null;
}

function requireOwner(scope: Scope): string {
  if (scope.kind === 'owner') return storable(scope.ownerId);
  throw new AppError('internal', 'Passages belong to one owner; the system scope has none of its own.');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function searchError(error: unknown, signal?: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (signal?.aborted) return new AppError('cancelled', 'The search was cancelled.', { cause: error });
  const cause = { cause: error };
  if (toAppError(error).code === 'storage_full' || codeOf(error) === '53100') {
    return new AppError('storage_full', 'The disk of the database is full. Free some space, then try again.', cause);
  }
  return new AppError('search_unavailable', 'The search index cannot be used. Trying again may help; the log says more.', cause);
}
