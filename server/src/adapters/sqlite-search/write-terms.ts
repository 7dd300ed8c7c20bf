import type { IndexedPassage } from '../../core/domain/passage.ts';
import { sourceTerms } from '../../core/domain/source-terms.ts';
import type { SearchDatabase } from './search-database.ts';

/** Puts the words and phrases of a source in place of those it had, under a new version. Run in a transaction. */
export function putTerms(database: SearchDatabase, owner: number, sourceId: string, passages: readonly IndexedPassage[]): void {
  const [first] = passages;
  if (!first) return removeTerms(database, owner, sourceId);
  const terms = JSON.stringify(sourceTerms(passages.map(({ text }) => text)));
  const put = database.prepare(
    'INSERT OR REPLACE INTO source_terms (owner, source_id, lecture_id, course_id, terms) VALUES (?, ?, ?, ?, ?)',
  );
  put.run(owner, sourceId, first.lectureId, first.courseId, terms);
}

/** Of every owner when `owner` is null. */
export function removeTerms(database: SearchDatabase, owner: number | null, sourceId: string): void {
  const condition = owner === null ? '' : 'AND owner = ?';
  database.prepare(`DELETE FROM source_terms WHERE source_id = ? ${condition}`).run(sourceId, ...(owner === null ? [] : [owner]));
}
