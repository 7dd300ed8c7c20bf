import type { SearchQuery } from '../../core/ports/search-index.ts';
import { prepared, rowRange, signTable, type SearchDatabase, type VectorSpace } from './search-database.ts';
import { signBits } from './quantise.ts';

/** How many passages found by words are compared by meaning (re-ranking 50-100 equals fusing all: decision 0002). */
const LEXICAL_CANDIDATES = 100;

/**
 * How many passages the scan of all sign bits hands on to the exact comparison when words do not match well. Of the
 * ten nearest by cosine, 99.7 % are among the first 50 of 3,165 by sign bits (not measured on 50,000 real texts).
 */
const DENSE_CANDIDATES = 150;

/** Titles say what a whole lecture is about, not what this passage says: they count half. */
const CONTEXT_WEIGHT = 0.5;

/** Which passages may be found: the scope's rows, and the filter. The one place where both become SQL. */
export interface Reach {
  readonly owner: number | null;
  readonly from: bigint;
  readonly to: bigint;
  /** A query for the rows the filter lets through; null when it lets all through. */
  readonly rows: string | null;
  readonly parameters: readonly (string | number)[];
}

export function reachOf(owner: number | null, filter: SearchQuery['filter']): Reach {
  const [from, to] = rowRange(owner);
  const conditions: string[] = [];
  const parameters: (string | number)[] = [];
  const add = (condition: string, parameter: string | number | undefined): void => {
    if (parameter === undefined) return;
    conditions.push(condition);
    parameters.push(parameter);
  };
  add('lecture_id IN (SELECT value FROM json_each(?))', filter.lectureIds && JSON.stringify(filter.lectureIds));
  add('course_id = ?', filter.courseId);
  add('kind = ?', filter.kind);
  add('end_ms >= ?', filter.fromMs);
  add('start_ms <= ?', filter.toMs);
  const rows = conditions.length > 0 ? `SELECT row FROM passage WHERE ${conditions.join(' AND ')}` : null;
  return { owner, from, to, rows, parameters };
}

/** Rows and how well their words match (bm25, higher is better), best first. */
export function findByWords(database: SearchDatabase, reach: Reach, expression: string): Map<number, number> {
  // The plus keeps SQLite from asking FTS5 once for each row of the filter.
  const filter = reach.rows === null ? '' : `AND +rowid IN (${reach.rows})`;
  const find = prepared<unknown[], { row: number; score: number }>(
    database,
    `SELECT rowid AS row, bm25(words, 1.0, ${CONTEXT_WEIGHT}) AS score FROM words
     WHERE words MATCH ? AND rowid BETWEEN ? AND ? ${filter} ORDER BY score LIMIT ${LEXICAL_CANDIDATES}`,
  );
  const found = find.all(expression, reach.from, reach.to, ...reach.parameters);
  return new Map(found.map(({ row, score }) => [row, -score]));
}

/** Rows whose sign bits differ least from the vector's, nearest first. A scan of the owner's part of the table. */
export function findByMeaning(database: SearchDatabase, reach: Reach, space: VectorSpace, vector: Float32Array): number[] {
  const scope = reach.owner === null ? '' : 'AND owner_id = ?';
  const filter = reach.rows === null ? '' : `AND rowid IN (${reach.rows})`;
  const find = prepared<unknown[], { row: number }>(
    database,
    `SELECT rowid AS row FROM ${signTable(space.number)}
     WHERE signs MATCH vec_bit(?) AND k = ${DENSE_CANDIDATES} ${scope} ${filter} ORDER BY distance`,
  );
  const owner = reach.owner === null ? [] : [BigInt(reach.owner)];
  return find.all(signBits(vector), ...owner, ...reach.parameters).map(({ row }) => row);
}

/** Rows of the ids that the scope and the filter let through. */
export function findByIds(database: SearchDatabase, reach: Reach, ids: readonly string[]): number[] {
  const filter = reach.rows === null ? '' : `AND row IN (${reach.rows})`;
  const find = prepared<unknown[], { row: number }>(
    database,
    `SELECT row FROM passage WHERE id IN (SELECT value FROM json_each(?)) AND row BETWEEN ? AND ? ${filter}`,
  );
  return find.all(JSON.stringify(ids), reach.from, reach.to, ...reach.parameters).map(({ row }) => row);
}

export function hasPassages(database: SearchDatabase, reach: Reach): boolean {
  const filter = reach.rows === null ? '' : `AND row IN (${reach.rows})`;
  const find = prepared<unknown[], unknown>(database, `SELECT 1 FROM passage WHERE row BETWEEN ? AND ? ${filter} LIMIT 1`);
  return find.get(reach.from, reach.to, ...reach.parameters) !== undefined;
}
