import type { SourceKind } from '@scholium/contract';
import type { IndexedPassage } from '../domain/passage.ts';
import type { Scope } from '../domain/scope.ts';
import type { SuggestedTerm } from '../domain/vocabulary.ts';

export interface SearchQuery {
  readonly text: string;
  /**
   * The text's vector, or null to search by words only. Compared with vectors of the same embedder only. It may still be on
   * its way, so that the words are looked up meanwhile; when it fails, so does the search.
   */
  readonly vector: QueryVector | null | Promise<QueryVector | null>;
  readonly filter: {
    readonly lectureIds?: readonly string[];
    readonly courseId?: string;
    readonly kind?: SourceKind;
    /** Passages with times that end here or later. */
    readonly fromMs?: number;
    /** Passages with times that begin here or before. */
    readonly toMs?: number;
  };
  readonly limit: number;
  /**
   * Ids of the owner's passages nearest to the vector, found elsewhere: an index that implements `VectorSource` looks among
   * these in place of comparing all it has. Null or left out: it compares.
   */
  readonly near?: Promise<readonly string[] | null>;
}

export interface QueryVector {
  readonly embedderId: string;
  readonly values: Float32Array;
}

export interface SearchHit {
  readonly passage: IndexedPassage;
  /** Higher is better; comparable within one reply only. */
  readonly score: number;
  /** Cosine between query and passage, null when one of them has no vector. */
  readonly cosine: number | null;
  /** Share of the query's content words (stemmed, stop words left out) that stand in the passage: 0..1. */
  readonly overlap: number;
}

export interface SearchReply {
  readonly hits: readonly SearchHit[];
  /** True when a part of the search could not be used (vectors missing or unreachable) and words alone decided. */
  readonly degraded: boolean;
  readonly mode: 'hybrid' | 'lexical' | 'dense';
}

export interface SuggestQuery {
  /** What is being typed; its last word need not be finished. */
  readonly text: string;
  /** Only terms that stand in material of this course. */
  readonly courseId?: string;
  readonly limit: number;
}

/** What a search index tells about the vectors it keeps, so that they may be put into a vector database too. */
export interface VectorSource {
  /** Every source with vectors, of all owners. @throws AppError `search_unavailable` */
  vectorSources(): Promise<readonly { readonly ownerId: string; readonly sourceId: string }[]>;
  /** The source's vectors, of any length (not unit vectors); null when it has none. The scope is an owner's. @throws AppError `search_unavailable` */
  vectorsOf(scope: Scope, sourceId: string): Promise<KeptVectors | null>;
}

export interface KeptVectors {
  readonly embedderId: string;
  readonly dimensions: number;
  readonly vectors: readonly { readonly id: string; readonly vector: Float32Array }[];
}

/** Full text and vectors over passages. Derived data: it can always be rebuilt from the store. */
export interface SearchIndex {
  /**
   * Puts the passages of a source in place of all it had, in one step. They are found by words at once. A passage
   * that was there with the same id and text keeps its vector, so that doing it again loses no work.
   * The scope is an owner's.
   */
  replace(scope: Scope, sourceId: string, passages: readonly IndexedPassage[]): Promise<void>;
  /**
   * Adds vectors to passages that are there; unknown ids are ignored (the source was replaced meanwhile).
   * The index keeps the vectors of one embedder: the first of another drops those before. The scope is an owner's.
   */
  addVectors(
    scope: Scope,
    embedderId: string,
    vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
  ): Promise<void>;
  /** Ids of the source's passages that have no vector of this embedder yet. */
  withoutVector(
    scope: Scope,
    embedderId: string,
    sourceId: string,
  ): Promise<readonly { id: string; text: string; context: string }[]>;
  remove(scope: Scope, sourceId: string): Promise<void>;
  /**
   * Any text is accepted; it is never read as query syntax.
   * @throws AppError `search_unavailable`, `cancelled`
   */
  search(scope: Scope, query: SearchQuery, signal: AbortSignal): Promise<SearchReply>;
  /**
   * Words and phrases of the owner's passages that begin like the last word of a text or like all of it, as `Vocabulary`
   * gives them, as soon as the passages are put in. The scope is an owner's.
   * @throws AppError `search_unavailable`, `cancelled`
   */
  suggest(scope: Scope, query: SuggestQuery, signal: AbortSignal): Promise<readonly SuggestedTerm[]>;
  /** How many passages the owner has. */
  count(scope: Scope): Promise<number>;
  /** Resolves when it can be used: with null, or with what makes it slower or coarser than it could be. @throws AppError `search_unavailable` */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
