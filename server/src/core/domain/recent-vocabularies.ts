import { Vocabulary, type VocabularySource } from './vocabulary.ts';

export interface KeptVocabulary {
  readonly vocabulary: Vocabulary;
  /** Forgets sources that are not among these, and tells which of these are new or have another version. */
  changed<T extends { readonly sourceId: string; readonly version: string | number }>(sources: readonly T[]): T[];
  put(sourceId: string, version: string | number, source: VocabularySource): void;
}

/** How many owners' vocabularies are kept: each up to some 20 MB. */
const MAX_OWNERS = 8;

/** Keeps the vocabularies that were asked for last, each with the versions of the sources it was made from. */
export function recentVocabularies(): (ownerId: string) => KeptVocabulary {
  const kept = new Map<string, KeptVocabulary>();
  return (ownerId) => {
    const known = kept.get(ownerId) ?? keepVocabulary();
    kept.delete(ownerId);
    kept.set(ownerId, known); // the last one is the one that was asked for last
    const [oldest] = kept.keys();
    if (kept.size > MAX_OWNERS && oldest !== undefined) kept.delete(oldest);
    return known;
  };
}

function keepVocabulary(): KeptVocabulary {
  const vocabulary = new Vocabulary();
  const versions = new Map<string, string | number>();
  return {
    vocabulary,
    changed(sources) {
      const there = new Set(sources.map(({ sourceId }) => sourceId));
      for (const sourceId of versions.keys()) {
        if (there.has(sourceId)) continue;
        versions.delete(sourceId);
        vocabulary.drop(sourceId);
      }
      return sources.filter(({ sourceId, version }) => versions.get(sourceId) !== version);
    },
    put(sourceId, version, source) {
      versions.set(sourceId, version);
      vocabulary.put(sourceId, source);
    },
  };
}
