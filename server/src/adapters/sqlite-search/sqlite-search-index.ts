import { join } from 'node:path';
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
import { ThreadError, ThreadPool } from '../worker-thread/thread-pool.ts';
import type { ReaderMethods } from './search-reader.thread.ts';
import type { WriterMethods } from './search-writer.thread.ts';

export interface SqliteSearchIndexOptions {
  /** Where `search.db` lies; made when missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Threads that search at the same time; 2 when left out. */
  readonly readers?: number;
  /** Threads end after so long without work; 5 minutes when left out. */
  readonly idleMs?: number;
  /** Called when the index was missing or damaged and an empty one was made: what the store holds has to be indexed again. */
  readonly onEmptied?: () => void;
}

/** Longest text of a query that is sent to a thread; what is looked at is cut further there. */
const MAX_QUERY_LENGTH = 10_000;

/** Codes of SQLite that say the file is damaged or was taken away, and ours for one of another version. */
const DAMAGED = /^(SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_FORMAT|SQLITE_CANTOPEN|INDEX_VERSION)/;

/**
 * `SearchIndex` on one SQLite file: FTS5 for words, sqlite-vec for meaning. SQLite runs in worker threads only (one
 * writes, a few read), started at the first call and again when they die. A damaged file is replaced by an empty one.
 *
 * @example const index = createSqliteSearchIndex({ dataDir: '/var/lib/scholium', log })
 */
export function createSqliteSearchIndex(options: SqliteSearchIndexOptions): SearchIndex & VectorSource {
  return new SqliteSearchIndex(options);
}

class SqliteSearchIndex implements SearchIndex, VectorSource {
  readonly #log: Log;
  readonly #onEmptied: () => void;
  readonly #writer: ThreadPool<WriterMethods>;
  readonly #readers: ThreadPool<ReaderMethods>;
  #opened: Promise<void> | null = null;
  #recreating: Promise<void> | null = null;
  /** Counts how often the index was made anew. */
  #generation = 0;

  constructor({ dataDir, log, readers = 2, idleMs = 300_000, onEmptied }: SqliteSearchIndexOptions) {
    const data = { file: join(dataDir, 'search.db') };
    this.#log = log;
    this.#onEmptied = onEmptied ?? ((): void => {});
    const writerFile = new URL('./search-writer.thread.ts', import.meta.url);
    const readerFile = new URL('./search-reader.thread.ts', import.meta.url);
    this.#writer = new ThreadPool({ file: writerFile, data, size: 1, idleMs });
    this.#readers = new ThreadPool({ file: readerFile, data, size: readers, idleMs });
  }

  replace(scope: Scope, sourceId: string, passages: readonly IndexedPassage[]): Promise<void> {
    const ownerId = requireOwner(scope);
    return this.#attempt(() => this.#writer.call('replace', { ownerId, sourceId, passages }));
  }

  addVectors(
    scope: Scope,
    embedderId: string,
    vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
  ): Promise<void> {
    const ownerId = requireOwner(scope);
    return this.#attempt(() => this.#writer.call('addVectors', { ownerId, embedderId, vectors }));
  }

  remove(scope: Scope, sourceId: string): Promise<void> {
    return this.#attempt(() => this.#writer.call('remove', { ownerId: ownerOf(scope), sourceId }));
  }

  withoutVector(
    scope: Scope,
    embedderId: string,
    sourceId: string,
  ): Promise<readonly { id: string; text: string; context: string }[]> {
    return this.#attempt(() => this.#readers.call('withoutVector', { ownerId: ownerOf(scope), embedderId, sourceId }));
  }

  search(scope: Scope, query: SearchQuery, signal: AbortSignal): Promise<SearchReply> {
    const { vector, filter, limit } = query;
    const ownerId = ownerOf(scope);
    const text = query.text.slice(0, MAX_QUERY_LENGTH);
    return this.#attempt(async () => {
      const matches = await this.#readers.call('matchWords', { ownerId, query: { text, filter } }, { signal, urgent: true });
      const input = { ownerId, query: { filter, limit, vector: await vector, near: (await query.near) ?? null }, matches };
      return this.#readers.call('rank', input, { signal, urgent: true });
    });
  }

  async suggest(scope: Scope, query: SuggestQuery, signal: AbortSignal): Promise<readonly SuggestedTerm[]> {
    const input = { ownerId: requireOwner(scope), query: { ...query, text: query.text.slice(0, MAX_QUERY_LENGTH) } };
    return this.#attempt(() => this.#readers.call('suggest', input, { signal, urgent: true }));
  }

  vectorSources(): Promise<readonly { ownerId: string; sourceId: string }[]> {
    return this.#attempt(() => this.#readers.call('vectorSources', undefined));
  }

  async vectorsOf(scope: Scope, sourceId: string): Promise<KeptVectors | null> {
    const ownerId = requireOwner(scope);
    return this.#attempt(() => this.#readers.call('vectorsOf', { ownerId, sourceId }));
  }

  count(scope: Scope): Promise<number> {
    return this.#attempt(() => this.#readers.call('count', { ownerId: ownerOf(scope) }));
  }

  async check(): Promise<null> {
    await this.#attempt(() => this.#readers.call('count', { ownerId: '' }));
    return null;
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.close(), this.#writer.close()]);
  }

  /** Tries twice: a dead thread is replaced, a damaged or vanished index is made anew. All calls may be repeated. */
  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    const generation = this.#generation;
    try {
      await this.#open();
      return await work();
    } catch (error) {
      try {
        await this.#recover(error, generation);
        return await work();
      } catch (second) {
        throw searchError(second);
      }
    }
  }

  /** The writer makes the file when there is none, so it is asked before anything else. */
  #open(): Promise<void> {
    this.#opened ??= this.#makeSure().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #makeSure(): Promise<void> {
    const { made } = await this.#writer.call('open', undefined);
    if (!made) return;
    this.#log.info('application', 'search.index-made');
    this.#onEmptied();
  }

  /** Throws the error when nothing can be done about it. `generation` is that of the index the error came from. */
  async #recover(error: unknown, generation: number): Promise<void> {
    if (!(error instanceof ThreadError)) throw error;
    if (error.code === 'THREAD_DIED') {
      this.#log.warn('error', 'search.thread-died', { reason: error.message });
      return;
    }
    const ofOldIndex = this.#recreating !== null || generation !== this.#generation;
    if (error.code === 'THREAD_CLOSED' ? !ofOldIndex : !DAMAGED.test(error.code)) throw error;
    if (this.#recreating) await this.#recreating;
    else if (!ofOldIndex) await this.#recreate(error.code);
  }

  async #recreate(reason: string): Promise<void> {
    this.#recreating = (async (): Promise<void> => {
      this.#log.warn('application', 'search.index-recreated', { reason });
      await this.#readers.restart();
      await this.#writer.call('recreate', undefined);
      this.#generation++;
    })();
    try {
      await this.#recreating;
    } finally {
      this.#recreating = null;
    }
    this.#onEmptied();
  }
}

/** The owner whose rows a call may touch, null for all. */
function ownerOf(scope: Scope): string | null {
  return scope.kind === 'owner' ? scope.ownerId : null;
}

function requireOwner(scope: Scope): string {
  if (scope.kind === 'owner') return scope.ownerId;
  throw new AppError('internal', 'Passages belong to one owner; the system scope has none of its own.');
}

function searchError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = toAppError(error);
  if (known.code === 'storage_full') return known;
  return new AppError('search_unavailable', 'The search index cannot be used. Trying again may help; the log says more.', {
    cause: error,
  });
}
