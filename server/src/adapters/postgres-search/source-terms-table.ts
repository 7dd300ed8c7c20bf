import { createHash } from 'node:crypto';
import type { IndexedPassage } from '../../core/domain/passage.ts';
import { recentVocabularies } from '../../core/domain/recent-vocabularies.ts';
import { sourceTerms, type CountedTerm } from '../../core/domain/source-terms.ts';
import type { Vocabulary } from '../../core/domain/vocabulary.ts';
import { rowsOf, type SqlClient } from './search-pool.ts';
import { storable } from './search-words.ts';

/** Sources whose terms are read and made sense of at once: 20 of an hour take about 15 ms, so nobody waits long for the event loop. */
const BATCH = 20;

interface TermsRow {
  readonly source_id: string;
  readonly version: string;
  readonly lecture_id: string;
  readonly course_id: string;
  readonly terms: string;
}

/** Puts the words and phrases of a source in place of those it had. Run in a transaction that holds the owner. */
export async function storeTerms(
  client: SqlClient,
  owner: number,
  sourceId: string,
  passages: readonly IndexedPassage[],
): Promise<void> {
  const [first] = passages;
  if (!first) {
    await client.query('DELETE FROM search_source_terms WHERE owner = $1 AND source_id = $2', [owner, sourceId]);
    return;
  }
  const [lectureId, courseId] = [storable(first.lectureId), storable(first.courseId)];
  const terms = storable(JSON.stringify(sourceTerms(passages.map(({ text }) => storable(text)))));
  // A hash and no number: tables that are made anew would count from 1 again, and old versions would pass for new ones.
  const version = createHash('sha256')
    .update(JSON.stringify([lectureId, courseId, terms]))
    .digest('hex');
  await client.query(
    `INSERT INTO search_source_terms (owner, source_id, version, lecture_id, course_id, terms) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (owner, source_id) DO UPDATE SET version = excluded.version, lecture_id = excluded.lecture_id,
     course_id = excluded.course_id, terms = excluded.terms, vectors_version = gen_random_uuid()`,
    [owner, sourceId, version, lectureId, courseId, terms],
  );
}

/**
 * Gives the vocabulary of an owner as it stands in the tables; null when nothing of the owner is indexed. Those of a few
 * owners are kept in memory, and only sources that changed since are read again.
 */
export function vocabularies(): (client: SqlClient, ownerId: string) => Promise<Vocabulary | null> {
  const recent = recentVocabularies();
  return async (client, ownerId) => {
    const [owner] = await rowsOf<{ owner: number }>(client, 'SELECT owner FROM search_owners WHERE owner_id = $1', [ownerId]);
    if (!owner) return null;
    const kept = recent(ownerId);
    const heads = await rowsOf<{ sourceId: string; version: string }>(
      client,
      'SELECT source_id AS "sourceId", version FROM search_source_terms WHERE owner = $1',
      [owner.owner],
    );
    const changed = kept.changed(heads).map(({ sourceId }) => sourceId);
    for (let start = 0; start < changed.length; start += BATCH) {
      const rows = await rowsOf<TermsRow>(
        client,
        'SELECT source_id, version, lecture_id, course_id, terms FROM search_source_terms WHERE owner = $1 AND source_id = ANY($2::text[])',
        [owner.owner, changed.slice(start, start + BATCH)],
      );
      for (const row of rows) {
        const terms = JSON.parse(row.terms) as CountedTerm[]; // written by storeTerms
        kept.put(row.source_id, row.version, { lectureId: row.lecture_id, courseId: row.course_id, terms });
      }
    }
    return kept.vocabulary;
  };
}
