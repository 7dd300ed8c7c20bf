import type { SearchHit, SearchQuery, SearchReply } from '../../core/ports/search-index.ts';
import { overlapOf } from '../../core/indexing/content-terms.ts';
import { parseQuery } from './match-expression.ts';
import { toPassage, type PassageRow } from './passage-row.ts';
import { cosineOf, quantise } from './quantise.ts';
import { findOwner, findVectorSpace, rowRange, vectorTable, type SearchDatabase, type VectorSpace } from './search-database.ts';

/** How many passages found by words are compared by meaning (re-ranking 50-100 equals fusing all: decision 0002). */
const LEXICAL_CANDIDATES = 100;

/** How many passages the scan of all vectors adds when words do not match well. */
const DENSE_CANDIDATES = 50;

/** Titles say what a whole lecture is about, not what this passage says: they count half. */
const CONTEXT_WEIGHT = 0.5;

/** Words match well when one of the best five passages holds more than this share of the question's words. */
const GOOD_OVERLAP = 0.5;

/**
 * Finds passages by words (bm25) and by meaning (cosine). Score = bm25 / best bm25 + cosine; where words do not match
 * well, the first part is scaled by how well they do, and the nearest of all vectors join the candidates.
 */
export function rankPassages(database: SearchDatabase, ownerId: string | null, query: SearchQuery): SearchReply {
  const owner = ownerId === null ? null : findOwner(database, ownerId);
  if (ownerId !== null && owner === null) return { hits: [], degraded: false, mode: query.vector ? 'hybrid' : 'lexical' };

  const reach = reachOf(owner, query.filter);
  const { expression, stems } = parseQuery(query.text, countRowsWith(database));
  const lexical = expression ? findByWords(database, reach, expression) : new Map<number, number>();
  const space = query.vector && usableSpace(database, query.vector);
  const candidates = readCandidates(database, lexical, stems);
  if (!query.vector || !space) {
    const degraded = query.vector !== null && (candidates.length > 0 || hasPassages(database, reach));
    return { hits: toHits(candidates, 1, query.limit), degraded, mode: 'lexical' };
  }

  addCosines(database, space, query.vector.values, candidates);
  const wordsMatch = Math.max(0, ...candidates.slice(0, 5).map((candidate) => candidate.overlap));
  if (wordsMatch > GOOD_OVERLAP) {
    return { hits: toHits(candidates, 1, query.limit), degraded: noneCompared(candidates), mode: 'hybrid' };
  }

  const near = findByMeaning(database, reach, space, query.vector.values).filter((row) => !lexical.has(row));
  const added = readCandidates(database, new Map(near.map((row) => [row, 0])), stems);
  addCosines(database, space, query.vector.values, added);
  const all = [...candidates, ...added];
  const degraded = all.length > 0 ? noneCompared(all) : hasPassages(database, reach);
  return { hits: toHits(all, wordsMatch, query.limit), degraded, mode: candidates.length > 0 ? 'hybrid' : 'dense' };
}

/** Which passages may be found: the scope's rows, and the filter. The one place where both become SQL. */
interface Reach {
  readonly owner: number | null;
  readonly from: bigint;
  readonly to: bigint;
  /** A query for the rows the filter lets through; null when it lets all through. */
  readonly rows: string | null;
  readonly parameters: readonly string[];
}

function reachOf(owner: number | null, filter: SearchQuery['filter']): Reach {
  const [from, to] = rowRange(owner);
  const conditions: string[] = [];
  const parameters: string[] = [];
  const add = (condition: string, parameter: string | undefined): void => {
    if (parameter === undefined) return;
    conditions.push(condition);
    parameters.push(parameter);
  };
  add('lecture_id IN (SELECT value FROM json_each(?))', filter.lectureIds && JSON.stringify(filter.lectureIds));
  add('course_id = ?', filter.courseId);
  add('kind = ?', filter.kind);
  const rows = conditions.length > 0 ? `SELECT row FROM passage WHERE ${conditions.join(' AND ')}` : null;
  return { owner, from, to, rows, parameters };
}

interface Candidate {
  readonly row: PassageRow;
  readonly bm25: number;
  readonly overlap: number;
  cosine: number | null;
}

/** Rows and how well their words match (bm25, higher is better), best first. */
function findByWords(database: SearchDatabase, reach: Reach, expression: string): Map<number, number> {
  // The plus keeps SQLite from asking FTS5 once for each row of the filter.
  const filter = reach.rows === null ? '' : `AND +rowid IN (${reach.rows})`;
  const find = database.prepare<unknown[], { row: number; score: number }>(
    `SELECT rowid AS row, bm25(words, 1.0, ${CONTEXT_WEIGHT}) AS score FROM words
     WHERE words MATCH ? AND rowid BETWEEN ? AND ? ${filter} ORDER BY score LIMIT ${LEXICAL_CANDIDATES}`,
  );
  const found = find.all(expression, reach.from, reach.to, ...reach.parameters);
  return new Map(found.map(({ row, score }) => [row, -score]));
}

/** Rows nearest to the vector, nearest first. An exact scan of the owner's part of the table. */
function findByMeaning(database: SearchDatabase, reach: Reach, space: VectorSpace, vector: Float32Array): number[] {
  const scope = reach.owner === null ? '' : 'AND owner_id = ?';
  const filter = reach.rows === null ? '' : `AND rowid IN (${reach.rows})`;
  const find = database.prepare<unknown[], { row: number }>(
    `SELECT rowid AS row FROM ${vectorTable(space.number)}
     WHERE embedding MATCH vec_int8(?) AND k = ${DENSE_CANDIDATES} ${scope} ${filter} ORDER BY distance`,
  );
  const owner = reach.owner === null ? [] : [BigInt(reach.owner)];
  return find.all(quantise(vector), ...owner, ...reach.parameters).map(({ row }) => row);
}

/** How many rows hold a stem, all owners together. */
function countRowsWith(database: SearchDatabase): (stem: string) => number {
  const count = database.prepare<[string], { doc: number }>('SELECT doc FROM word_counts WHERE term = ?');
  return (stem) => count.get(stem)?.doc ?? 0;
}

function usableSpace(database: SearchDatabase, vector: NonNullable<SearchQuery['vector']>): VectorSpace | null {
  const space = findVectorSpace(database, vector.embedderId);
  return space && space.dimensions === vector.values.length ? space : null;
}

function readCandidates(database: SearchDatabase, scores: ReadonlyMap<number, number>, stems: ReadonlySet<string>): Candidate[] {
  const read = database.prepare<[bigint], PassageRow>('SELECT * FROM passage WHERE row = ?');
  return [...scores].flatMap(([number, bm25]) => {
    const row = read.get(BigInt(number));
    return row ? [{ row, bm25, overlap: overlapOf(stems, row.text), cosine: null }] : [];
  });
}

function addCosines(database: SearchDatabase, space: VectorSpace, vector: Float32Array, candidates: readonly Candidate[]): void {
  const read = database.prepare<[bigint], { embedding: Uint8Array }>(
    `SELECT embedding FROM ${vectorTable(space.number)} WHERE rowid = ?`,
  );
  for (const candidate of candidates) {
    const bytes = read.get(BigInt(candidate.row.row))?.embedding;
    if (bytes) candidate.cosine = cosineOf(vector, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

function noneCompared(candidates: readonly Candidate[]): boolean {
  return candidates.length > 0 && candidates.every((candidate) => candidate.cosine === null);
}

function hasPassages(database: SearchDatabase, reach: Reach): boolean {
  const filter = reach.rows === null ? '' : `AND row IN (${reach.rows})`;
  const find = database.prepare<unknown[]>(`SELECT 1 FROM passage WHERE row BETWEEN ? AND ? ${filter} LIMIT 1`);
  return find.get(reach.from, reach.to, ...reach.parameters) !== undefined;
}

function toHits(candidates: readonly Candidate[], lexicalWeight: number, limit: number): SearchHit[] {
  const best = Math.max(0, ...candidates.map((candidate) => candidate.bm25));
  const cosines = candidates.flatMap((candidate) => candidate.cosine ?? []);
  // A passage that was not embedded yet is neither favoured nor held back.
  const usual = cosines.length > 0 ? cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length : 0;
  const hits = candidates.map(({ row, bm25, overlap, cosine }) => {
    const score = (best > 0 ? (lexicalWeight * bm25) / best : 0) + (cosine ?? usual);
    return { passage: toPassage(row), score, cosine, overlap };
  });
  return hits.sort((a, b) => b.score - a.score || (a.passage.id < b.passage.id ? -1 : 1)).slice(0, Math.max(0, limit));
}
