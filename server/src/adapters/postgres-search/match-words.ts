import { queryWords } from '../../core/domain/content-terms.ts';
import type { SearchQuery } from '../../core/ports/search-index.ts';
import { rowsOf, type SqlClient, type SqlValue } from './search-pool.ts';
import { indexStem, unpacked } from './search-words.ts';

/** How many passages found by words are compared by meaning (decision 0002). */
const LEXICAL_CANDIDATES = 100;

/** Most rows whose words are scored for one question, all words together: about 2 microseconds each (as in SQLite). */
const MAX_POSTINGS = 9_000;

/** BM25: how soon repeating a word stops to count, and how much the passage's length counts. */
const [K1, B] = [1.2, 0.75];

/** Which passages may be found: a condition on `search_passages p`, and its parameters from $1 on. */
export interface Reach {
  readonly owners: readonly Owner[];
  readonly condition: string;
  readonly parameters: readonly SqlValue[];
  readonly filter: SearchQuery['filter'];
  /** Whether the condition asks for more than the owner. */
  readonly isFiltered: boolean;
  /** How many passages the owners have, before the filter. */
  readonly passages: number;
  readonly words: number;
}

interface Owner {
  readonly owner: number;
  readonly passages: number;
  readonly words: number;
}

/** The one place where scope and filter become SQL. */
export async function reachOf(client: SqlClient, ownerId: string | null, filter: SearchQuery['filter']): Promise<Reach> {
  const owners = await rowsOf<Owner>(
    client,
    `SELECT owner, passages, words::float8 AS words FROM search_owners WHERE ($1::text IS NULL OR owner_id = $1) AND passages > 0`,
    [ownerId],
  );
  const conditions = ['p.owner = ANY($1::integer[])'];
  const parameters: SqlValue[] = [owners.map(({ owner }) => owner)];
  const add = (left: string, right: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(`${left} ${right.replace('?', `$${parameters.length}`)}`);
  };
  add('p.lecture_id =', 'ANY(?::text[])', filter.lectureIds);
  add('p.course_id =', '?::text', filter.courseId);
  add('p.kind =', '?::text', filter.kind);
  add('p.end_ms >=', '?::bigint', filter.fromMs);
  add('p.start_ms <=', '?::bigint', filter.toMs);
  const sum = (of: (owner: Owner) => number): number => owners.reduce((total, owner) => total + of(owner), 0);
  const [passages, words] = [sum((owner) => owner.passages), sum((owner) => owner.words)];
  const isFiltered = conditions.length > 1;
  return { owners, condition: conditions.join(' AND '), parameters, filter, isFiltered, passages, words };
}

/** The stems a question is about: a bag of words. */
export function stemsOf(text: string): ReadonlySet<string> {
  return new Set(
    queryWords(text)
      .map(indexStem)
      .filter((stem) => stem !== ''),
  );
}

/**
 * Rows whose words match with their BM25 (higher is better), best first. Rare words come first; frequent ones are left
 * out once more than `MAX_POSTINGS` rows would be scored, as they would change little in the order.
 */
export async function matchWords(client: SqlClient, reach: Reach, stems: ReadonlySet<string>): Promise<Map<number, number>> {
  if (stems.size === 0 || reach.passages === 0) return new Map();
  const chosen = await chooseTerms(client, reach, stems);
  if (chosen.length === 0) return new Map();
  const at = reach.parameters.length;
  const found = await rowsOf<{ row: number; score: number }>(
    client,
    // The constants are float8: as decimal fractions they would make PostgreSQL reckon in numeric, several times slower.
    `SELECT m.row::float8 AS row, sum(t.idf * often * ${float(K1 + 1)} / (often + ${float(K1)} * (${float(1 - B)} + ${float(B)} * words / $${at + 4}::float8))) AS score
     FROM unnest($${at + 1}::integer[], $${at + 2}::text[], $${at + 3}::float8[]) AS t(owner, stem, idf)
     JOIN search_postings s ON s.owner = t.owner AND s.stem = t.stem
     CROSS JOIN LATERAL (
       SELECT ${unpacked.row} AS row, ${unpacked.words} AS words, ${unpacked.often} AS often FROM unnest(s.postings) AS p
     ) m
     ${reach.isFiltered ? `JOIN search_passages p ON p.row = m.row AND ${reach.condition}` : 'WHERE s.owner = ANY($1::integer[])'}
     GROUP BY m.row ORDER BY score DESC, m.row LIMIT ${LEXICAL_CANDIDATES}`,
    [
      ...reach.parameters,
      chosen.map(({ owner }) => owner),
      chosen.map(({ stem }) => stem),
      chosen.map(({ idf }) => idf),
      Math.max(1, reach.words / reach.passages),
    ],
  );
  return new Map(found.map(({ row, score }) => [row, score]));
}

function float(value: number): string {
  return `${value}::float8`;
}

interface Term {
  readonly owner: number;
  readonly stem: string;
  readonly idf: number;
}

async function chooseTerms(client: SqlClient, reach: Reach, stems: ReadonlySet<string>): Promise<Term[]> {
  const counted = await rowsOf<{ stem: string; owners: number[]; passages: number }>(
    client,
    `SELECT stem, array_agg(owner) AS owners, sum(passages)::float8 AS passages FROM search_terms
     WHERE stem = ANY($1::text[]) AND owner = ANY($2::integer[]) GROUP BY stem ORDER BY passages, stem`,
    [[...stems], reach.owners.map(({ owner }) => owner)],
  );
  const chosen: Term[] = [];
  let postings = 0;
  for (const { stem, owners, passages } of counted) {
    if (postings > 0 && postings + passages > MAX_POSTINGS) break;
    postings += passages;
    // As in FTS5: a word that stands in most passages still counts a little.
    const idf = Math.max(1e-6, Math.log((reach.passages - passages + 0.5) / (passages + 0.5)));
    for (const owner of owners) chosen.push({ owner, stem, idf });
  }
  return chosen;
}
