import type { QueryVector, SearchHit, SearchQuery, SearchReply } from '../../core/ports/search-index.ts';
import { overlapOf } from '../../core/domain/content-terms.ts';
import { parseQuery } from './match-expression.ts';
import { toPassage, type PassageRow } from './passage-row.ts';
import { cosineOf, signBits } from './quantise.ts';
import {
  findOwner,
  findVectorSpace,
  prepared,
  rowRange,
  signTable,
  type SearchDatabase,
  type VectorSpace,
} from './search-database.ts';

/** How many passages found by words are compared by meaning (re-ranking 50-100 equals fusing all: decision 0002). */
const LEXICAL_CANDIDATES = 100;

/**
 * How many passages the scan of all sign bits hands on to the exact comparison when words do not match well. Of the
 * ten nearest by cosine, 99.7 % are among the first 50 of 3,165 by sign bits (not measured on 50,000 real texts); each
 * one handed on costs 0.08 ms.
 */
const DENSE_CANDIDATES = 150;

/** Titles say what a whole lecture is about, not what this passage says: they count half. */
const CONTEXT_WEIGHT = 0.5;

/** Words match well when one of the best five passages holds more than this share of the question's words. */
const GOOD_OVERLAP = 0.5;

/** Passages whose words match: their rows with bm25 (higher is better), and the stems that were looked for. */
export interface WordMatches {
  readonly rows: ReadonlyMap<number, number>;
  readonly stems: ReadonlySet<string>;
}

/** The first half of a search, which needs no vector. */
export function matchWords(
  database: SearchDatabase,
  ownerId: string | null,
  { text, filter }: Pick<SearchQuery, 'text' | 'filter'>,
): WordMatches {
  const owner = ownerId === null ? null : findOwner(database, ownerId);
  const { expression, stems } = parseQuery(text, countRowsWith(database));
  const isNothing = expression === null || (ownerId !== null && owner === null);
  return { rows: isNothing ? new Map() : findByWords(database, reachOf(owner, filter), expression), stems };
}

export interface RankQuery extends Pick<SearchQuery, 'filter' | 'limit'> {
  readonly vector: QueryVector | null;
  /** Ids of the nearest passages when they are known already; null: all are compared. */
  readonly near: readonly string[] | null;
}

/**
 * The second half: puts the matches into order and adds what is near by meaning (cosine). Score = bm25 / best bm25 + cosine; where words do not match
 * well, the first part is scaled by how well they do, and the nearest of all vectors join the candidates.
 */
export function rankPassages(
  database: SearchDatabase,
  ownerId: string | null,
  query: RankQuery,
  { rows, stems }: WordMatches,
): SearchReply {
  const owner = ownerId === null ? null : findOwner(database, ownerId);
  if (ownerId !== null && owner === null) return { hits: [], degraded: false, mode: query.vector ? 'hybrid' : 'lexical' };

  const reach = reachOf(owner, query.filter);
  // A passage that was replaced since its words were looked up is not found.
  const there = rowsThere(database, [...rows.keys()]);
  const lexical = new Map([...rows].filter(([row]) => there.has(row)));
  const space = query.vector && usableSpace(database, query.vector);
  const candidates = [...lexical].map(([row, bm25]): Candidate => ({ row, bm25, cosine: null }));
  const readRow = rowReader(database);
  const hits = (found: readonly Candidate[], lexicalWeight: number): SearchHit[] =>
    best(found, lexicalWeight, query.limit).map((candidate) => toHit(candidate, readRow(candidate.row), stems));
  if (!query.vector || !space) {
    const degraded = query.vector !== null && (candidates.length > 0 || hasPassages(database, reach));
    return { hits: hits(candidates, 1), degraded, mode: 'lexical' };
  }

  addCosines(database, query.vector.values, candidates);
  const wordsMatch = Math.max(0, ...candidates.slice(0, 5).map(({ row }) => overlapOf(stems, readRow(row).text)));
  if (wordsMatch > GOOD_OVERLAP) return { hits: hits(candidates, 1), degraded: noneCompared(candidates), mode: 'hybrid' };

  const nearest = query.near
    ? findByIds(database, reach, query.near)
    : findByMeaning(database, reach, space, query.vector.values);
  const near = nearest.filter((row) => !lexical.has(row));
  const added = near.map((row): Candidate => ({ row, bm25: 0, cosine: null }));
  addCosines(database, query.vector.values, added);
  const all = [...candidates, ...added];
  const degraded = all.length > 0 ? noneCompared(all) : hasPassages(database, reach);
  return { hits: hits(all, wordsMatch), degraded, mode: candidates.length > 0 ? 'hybrid' : 'dense' };
}

/** Which passages may be found: the scope's rows, and the filter. The one place where both become SQL. */
interface Reach {
  readonly owner: number | null;
  readonly from: bigint;
  readonly to: bigint;
  /** A query for the rows the filter lets through; null when it lets all through. */
  readonly rows: string | null;
  readonly parameters: readonly (string | number)[];
}

function reachOf(owner: number | null, filter: SearchQuery['filter']): Reach {
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

interface Candidate {
  readonly row: number;
  readonly bm25: number;
  cosine: number | null;
}

/** Rows and how well their words match (bm25, higher is better), best first. */
function findByWords(database: SearchDatabase, reach: Reach, expression: string): Map<number, number> {
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
function findByMeaning(database: SearchDatabase, reach: Reach, space: VectorSpace, vector: Float32Array): number[] {
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
function findByIds(database: SearchDatabase, reach: Reach, ids: readonly string[]): number[] {
  const filter = reach.rows === null ? '' : `AND row IN (${reach.rows})`;
  const find = prepared<unknown[], { row: number }>(
    database,
    `SELECT row FROM passage WHERE id IN (SELECT value FROM json_each(?)) AND row BETWEEN ? AND ? ${filter}`,
  );
  return find.all(JSON.stringify(ids), reach.from, reach.to, ...reach.parameters).map(({ row }) => row);
}

function rowsThere(database: SearchDatabase, rows: readonly number[]): ReadonlySet<number> {
  const find = prepared<[string], { row: number }>(
    database,
    'SELECT row FROM passage WHERE row IN (SELECT value FROM json_each(?))',
  );
  return new Set(find.all(JSON.stringify(rows)).map(({ row }) => row));
}

/** How many rows hold a stem, all owners together. */
function countRowsWith(database: SearchDatabase): (stem: string) => number {
  const count = prepared<[string], { doc: number }>(database, 'SELECT doc FROM word_counts WHERE term = ?');
  return (stem) => count.get(stem)?.doc ?? 0;
}

function usableSpace(database: SearchDatabase, vector: QueryVector): VectorSpace | null {
  const space = findVectorSpace(database, vector.embedderId);
  return space && space.dimensions === vector.values.length ? space : null;
}

function rowReader(database: SearchDatabase): (row: number) => PassageRow {
  const read = prepared<[bigint], PassageRow>(database, 'SELECT * FROM passage WHERE row = ?');
  return (row) => {
    const found = read.get(BigInt(row));
    // All tables are written in one transaction and read in one, so only a damaged index can lack the row.
    if (!found) throw Object.assign(new Error(`The index names passage ${row}, which is not there.`), { code: 'SQLITE_CORRUPT' });
    return found;
  };
}

function addCosines(database: SearchDatabase, vector: Float32Array, candidates: readonly Candidate[]): void {
  const read = prepared<[bigint], { embedding: Uint8Array }>(database, 'SELECT embedding FROM vector WHERE row = ?');
  for (const candidate of candidates) {
    const bytes = read.get(BigInt(candidate.row))?.embedding;
    if (bytes) candidate.cosine = cosineOf(vector, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

function noneCompared(candidates: readonly Candidate[]): boolean {
  return candidates.length > 0 && candidates.every((candidate) => candidate.cosine === null);
}

function hasPassages(database: SearchDatabase, reach: Reach): boolean {
  const filter = reach.rows === null ? '' : `AND row IN (${reach.rows})`;
  const find = prepared<unknown[], unknown>(database, `SELECT 1 FROM passage WHERE row BETWEEN ? AND ? ${filter} LIMIT 1`);
  return find.get(reach.from, reach.to, ...reach.parameters) !== undefined;
}

interface Scored extends Candidate {
  readonly score: number;
}

/** The best candidates by bm25 / best bm25 * weight + cosine. */
function best(candidates: readonly Candidate[], lexicalWeight: number, limit: number): Scored[] {
  const bestBm25 = Math.max(0, ...candidates.map((candidate) => candidate.bm25));
  const cosines = candidates.flatMap((candidate) => candidate.cosine ?? []);
  // A passage that was not embedded yet is neither favoured nor held back.
  const usual = cosines.length > 0 ? cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length : 0;
  const scored = candidates.map((candidate) => {
    const lexical = bestBm25 > 0 ? (lexicalWeight * candidate.bm25) / bestBm25 : 0;
    return { ...candidate, score: lexical + (candidate.cosine ?? usual) };
  });
  return scored.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, Math.max(0, limit));
}

function toHit({ score, cosine }: Scored, row: PassageRow, stems: ReadonlySet<string>): SearchHit {
  return { passage: toPassage(row), score, cosine, overlap: overlapOf(stems, row.text) };
}
