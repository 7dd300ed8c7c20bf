import { queryWords } from '../../core/indexing/content-terms.ts';
import type { SearchQuery } from '../../core/ports/search-index.ts';
import { rowsOf, type SqlClient, type SqlValue } from './search-pool.ts';
import { indexStem, lexemeOf } from './search-words.ts';

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
    conditions.push(`${left} = ${right.replace('?', `$${parameters.length}`)}`);
  };
  add('p.lecture_id', 'ANY(?::text[])', filter.lectureIds);
  add('p.course_id', '?::text', filter.courseId);
  add('p.kind', '?::text', filter.kind);
  const sum = (of: (owner: Owner) => number): number => owners.reduce((total, owner) => total + of(owner), 0);
  const [passages, words] = [sum((owner) => owner.passages), sum((owner) => owner.words)];
  return { owners, condition: conditions.join(' AND '), parameters, passages, words };
}

/** The stems a question is about. Nothing in it is query syntax: it is a bag of words, each quoted. */
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
    // Of one lexeme, ts_rank is 1/1.645 * the sum of weight / place^2 over its places, titles (B) counting half: 1, 1.25,
    // 1.36, ... for once, twice, three times. 1 / (1.645 - sum) - 0.5 turns that back into how often, rounded to halves.
    `SELECT row::float8 AS row, sum(idf * often * ${K1 + 1} / (often + ${K1} * (${1 - B} + ${B} * word_count / $${at + 3}::float8)))::float8 AS score
     FROM (
       SELECT p.row, t.idf, p.word_count,
         greatest(round(2 * (1 / (1.64494 - least(1.6448, 1.64493406685 * ts_rank('{0,0,0.5,1}', p.terms, t.query))) - 0.5)) / 2, 0.5)::float8 AS often
       FROM (SELECT term::tsquery AS query, idf FROM unnest($${at + 1}::text[], $${at + 2}::float8[]) AS u(term, idf)) t
       JOIN search_passages p ON p.terms @@ t.query
       WHERE ${reach.condition}
     ) matched
     GROUP BY row ORDER BY score DESC, row LIMIT ${LEXICAL_CANDIDATES}`,
    [
      ...reach.parameters,
      chosen.map(({ lexeme }) => lexeme),
      chosen.map(({ idf }) => idf),
      Math.max(1, reach.words / reach.passages),
    ],
  );
  return new Map(found.map(({ row, score }) => [row, score]));
}

interface Term {
  readonly lexeme: string;
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
    for (const owner of owners) chosen.push({ lexeme: lexemeOf(owner, stem), idf });
  }
  return chosen;
}
