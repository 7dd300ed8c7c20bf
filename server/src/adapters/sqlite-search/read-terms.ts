import { recentVocabularies } from '../../core/domain/recent-vocabularies.ts';
import type { CountedTerm } from '../../core/domain/source-terms.ts';
import type { Vocabulary } from '../../core/domain/vocabulary.ts';
import { findOwner, prepared, type SearchDatabase } from './search-database.ts';

interface TermsRow {
  readonly lecture_id: string;
  readonly course_id: string;
  readonly terms: string;
}

/**
 * Gives the vocabulary of an owner as it stands in the index; null when nothing of the owner is indexed. Those of a few owners
 * are kept, and only sources that changed since are read again: all of 50,000 passages take 0.2 s, once.
 */
export function vocabularies(): (database: SearchDatabase, ownerId: string) => Vocabulary | null {
  const recent = recentVocabularies();
  return (database, ownerId) => {
    const owner = findOwner(database, ownerId);
    if (owner === null) return null;
    const versions = prepared<[number], { source_id: string; version: number }>(
      database,
      'SELECT source_id, version FROM source_terms WHERE owner = ?',
    );
    const read = prepared<[number], TermsRow>(
      database,
      'SELECT lecture_id, course_id, terms FROM source_terms WHERE version = ?',
    );
    const kept = recent(ownerId);
    for (const { sourceId, version } of kept.changed(
      versions.all(owner).map((row) => ({ sourceId: row.source_id, version: row.version })),
    )) {
      const row = read.get(version);
      // Written by putTerms.
      if (row)
        kept.put(sourceId, version, {
          lectureId: row.lecture_id,
          courseId: row.course_id,
          terms: JSON.parse(row.terms) as CountedTerm[],
        });
    }
    return kept.vocabulary;
  };
}
