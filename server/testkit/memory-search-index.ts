import { AppError } from '../src/core/domain/app-error.ts';
import type { IndexedPassage } from '../src/core/domain/passage.ts';
import type { Scope } from '../src/core/domain/scope.ts';
import { contentStems, overlapOf, queryWords, stemOf } from '../src/core/domain/content-terms.ts';
import { sourceTerms } from '../src/core/domain/source-terms.ts';
import { Vocabulary, type SuggestedTerm } from '../src/core/domain/vocabulary.ts';
import type { SearchHit, SearchIndex, SearchQuery, SearchReply, SuggestQuery } from '../src/core/ports/search-index.ts';

interface Entry {
  readonly ownerId: string;
  readonly passage: IndexedPassage;
  vector: Float32Array | null;
}

/** A `SearchIndex` that keeps all in memory and compares everything with everything: exact and slow, for tests. */
export class MemorySearchIndex implements SearchIndex {
  #entries: Entry[] = [];
  #embedderId: string | null = null;

  async replace(scope: Scope, sourceId: string, passages: readonly IndexedPassage[]): Promise<void> {
    const ownerId = requireOwner(scope);
    const before = this.#entries.filter((entry) => entry.ownerId === ownerId && entry.passage.sourceId === sourceId);
    const added = passages.map((passage) => {
      const { id, text, context } = passage;
      const same = before.find(({ passage: old }) => old.id === id && old.text === text && old.context === context);
      return { ownerId, passage: { ...passage }, vector: same?.vector ?? null };
    });
    this.#entries = [...this.#entries.filter((entry) => !before.includes(entry)), ...added];
  }

  async addVectors(
    scope: Scope,
    embedderId: string,
    vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
  ): Promise<void> {
    const ownerId = requireOwner(scope);
    if (embedderId !== this.#embedderId) for (const entry of this.#entries) entry.vector = null;
    this.#embedderId = embedderId;
    for (const { id, vector } of vectors) {
      const entry = this.#entries.find((candidate) => candidate.ownerId === ownerId && candidate.passage.id === id);
      if (entry) entry.vector = vector;
    }
  }

  async withoutVector(
    scope: Scope,
    embedderId: string,
    sourceId: string,
  ): Promise<readonly { id: string; text: string; context: string }[]> {
    return this.#visible(scope)
      .filter(({ passage }) => passage.sourceId === sourceId)
      .filter(({ vector }) => vector === null || embedderId !== this.#embedderId)
      .map(({ passage: { id, text, context } }) => ({ id, text, context }));
  }

  async remove(scope: Scope, sourceId: string): Promise<void> {
    const gone = new Set(this.#visible(scope).filter((entry) => entry.passage.sourceId === sourceId));
    this.#entries = this.#entries.filter((entry) => !gone.has(entry));
  }

  async search(scope: Scope, query: SearchQuery, signal: AbortSignal): Promise<SearchReply> {
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    const entries = this.#visible(scope).filter(({ passage }) => passes(passage, query.filter));
    const stems = new Set(queryWords(query.text).map(stemOf));
    const wanted = await query.vector;
    const vector = wanted?.embedderId === this.#embedderId ? wanted.values : null;
    const rarity = rarityOf(stems, entries);

    const hits = entries.map((entry): SearchHit & { lexical: number } => {
      const { text, context } = entry.passage;
      const present = new Set(contentStems(`${text} ${context}`));
      const lexical = [...stems].reduce((sum, stem) => sum + (present.has(stem) ? rarity(stem) : 0), 0);
      const cosine = vector && entry.vector ? dot(vector, entry.vector) : null;
      return { passage: entry.passage, lexical, score: 0, cosine, overlap: overlapOf(stems, text) };
    });
    const byWords = hits.filter((hit) => hit.lexical > 0);
    const wordsMatch = Math.max(0, ...byWords.map((hit) => hit.overlap));
    const found = vector && wordsMatch <= 0.5 ? hits.filter((hit) => hit.lexical > 0 || hit.cosine !== null) : byWords;
    const best = Math.max(...found.map((hit) => hit.lexical));
    const weight = vector && wordsMatch <= 0.5 ? wordsMatch : 1;
    const ranked = found
      .map(({ lexical, ...hit }) => ({ ...hit, score: (best > 0 ? (weight * lexical) / best : 0) + (hit.cosine ?? 0) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, query.limit);
    const compared = found.some((hit) => hit.cosine !== null);
    const degraded = wanted !== null && entries.length > 0 && !compared;
    const mode = !wanted || (degraded && !vector) ? 'lexical' : byWords.length > 0 ? 'hybrid' : 'dense';
    return { hits: ranked, degraded, mode };
  }

  async suggest(scope: Scope, { text, limit, courseId }: SuggestQuery, signal: AbortSignal): Promise<SuggestedTerm[]> {
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    requireOwner(scope);
    const vocabulary = new Vocabulary();
    for (const [sourceId, entries] of Map.groupBy(this.#visible(scope), ({ passage }) => passage.sourceId)) {
      const { lectureId, courseId: course } = entries[0]!.passage; // groups are never empty
      const terms = sourceTerms(entries.map(({ passage }) => passage.text));
      vocabulary.put(sourceId, { lectureId, courseId: course, terms });
    }
    return vocabulary.suggest(text, limit, courseId);
  }

  async count(scope: Scope): Promise<number> {
    return this.#visible(scope).length;
  }

  async check(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}

  #visible(scope: Scope): Entry[] {
    return this.#entries.filter((entry) => scope.kind === 'system' || entry.ownerId === scope.ownerId);
  }
}

function passes(passage: IndexedPassage, filter: SearchQuery['filter']): boolean {
  if (filter.lectureIds && !filter.lectureIds.includes(passage.lectureId)) return false;
  if (filter.courseId !== undefined && filter.courseId !== passage.courseId) return false;
  if (filter.fromMs !== undefined && (passage.endMs === null || passage.endMs < filter.fromMs)) return false;
  if (filter.toMs !== undefined && (passage.startMs === null || passage.startMs > filter.toMs)) return false;
  return filter.kind === undefined || filter.kind === passage.kind;
}

function rarityOf(stems: ReadonlySet<string>, entries: readonly Entry[]): (stem: string) => number {
  const texts = entries.map(({ passage }) => new Set(contentStems(`${passage.text} ${passage.context}`)));
  const rarities = new Map(
    [...stems].map((stem) => [stem, Math.log(1 + texts.length / (1 + texts.filter((text) => text.has(stem)).length))]),
  );
  return (stem) => rarities.get(stem) ?? 0;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, component, index) => sum + component * (b[index] ?? 0), 0);
}

function requireOwner(scope: Scope): string {
  if (scope.kind === 'owner') return scope.ownerId;
  throw new AppError('internal', 'Passages belong to one owner; the system scope cannot write them.');
}
