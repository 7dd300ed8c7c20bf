import { overlapOf } from '../../core/domain/content-terms.ts';
import type { QueryVector, SearchHit, SearchReply } from '../../core/ports/search-index.ts';
import type { Reach } from './match-words.ts';
import { selectedColumns, toPassage, type PassageColumns } from './passage-row.ts';
import { rowsOf, type SqlClient } from './search-pool.ts';
import type { VectorTable } from './vector-table.ts';

/** How many passages the scan of all vectors hands on to be fused, when words do not match well (as in SQLite). */
const DENSE_CANDIDATES = 150;

/** Words match well when one of the best five passages holds more than this share of the question's words. */
const GOOD_OVERLAP = 0.5;

interface Candidate {
  readonly row: number;
  readonly bm25: number;
  readonly cosine: number | null;
}

export interface RankInput {
  readonly reach: Reach;
  readonly stems: ReadonlySet<string>;
  /** Rows whose words match, with their BM25. */
  readonly matches: ReadonlyMap<number, number>;
  readonly vector: QueryVector | null;
  /** Ids of the nearest passages when they are known already; null: all are compared. */
  readonly near: readonly string[] | null;
  readonly limit: number;
}

/**
 * Puts the matches into order and adds what is near by meaning, as in SQLite (decision 0002): bm25 / best bm25 + cosine; where words do
 * not match well, the first part is scaled by how well they do, and the nearest of all vectors join.
 */
export async function rankPassages(client: SqlClient, table: VectorTable, input: RankInput): Promise<SearchReply> {
  const { reach, stems, vector, limit } = input;
  const passages = await readPassages(client, [...input.matches.keys()]);
  // A passage that was replaced since its words were looked up is not found.
  const matches = [...input.matches].filter(([row]) => passages.has(row));
  const hits = (found: readonly Candidate[], weight: number): SearchHit[] =>
    best(found, weight, limit).flatMap((candidate) => toHit(candidate, passages.get(candidate.row), stems));
  if (!vector || !(await isComparable(client, vector))) {
    const degraded = vector !== null && (matches.length > 0 || (await hasPassages(client, reach)));
    const byWords = matches.map(([row, bm25]) => ({ row, bm25, cosine: null }));
    return { hits: hits(byWords, 1), degraded, mode: vector && reach.passages === 0 ? 'hybrid' : 'lexical' };
  }

  const compare = async (rows: readonly (readonly [row: number, bm25: number])[]): Promise<Candidate[]> => {
    if (rows.length === 0) return [];
    const cosines = await table.cosines(
      client,
      rows.map(([row]) => row),
      vector.values,
    );
    return rows.map(([row, bm25]) => ({ row, bm25, cosine: cosines.get(row) ?? null }));
  };
  const candidates = await compare(matches);
  const overlaps = matches.slice(0, 5).map(([row]) => overlapOf(stems, passages.get(row)?.text ?? ''));
  const wordsMatch = Math.max(0, ...overlaps);
  if (wordsMatch > GOOD_OVERLAP) return { hits: hits(candidates, 1), degraded: noneCompared(candidates), mode: 'hybrid' };

  const near = input.near
    ? await findByIds(client, reach, input.near)
    : await table.nearest(client, reach, vector.values, DENSE_CANDIDATES);
  const added = near.filter((row) => !passages.has(row));
  const all = [...candidates, ...(await compare(added.map((row) => [row, 0] as const)))];
  for (const [row, passage] of await readPassages(client, added)) passages.set(row, passage);
  const degraded = all.length > 0 ? noneCompared(all) : await hasPassages(client, reach);
  return { hits: hits(all, wordsMatch), degraded, mode: candidates.length > 0 ? 'hybrid' : 'dense' };
}

async function readPassages(client: SqlClient, rows: readonly number[]): Promise<Map<number, PassageColumns>> {
  if (rows.length === 0) return new Map();
  const found = await rowsOf<PassageColumns & { row: number }>(
    client,
    `SELECT p.row::float8 AS row, ${selectedColumns} FROM search_passages p WHERE p.row = ANY($1::bigint[])`,
    [rows],
  );
  return new Map(found.map((passage) => [passage.row, passage]));
}

/** Rows of the ids that the scope and the filter let through. */
async function findByIds(client: SqlClient, reach: Reach, ids: readonly string[]): Promise<number[]> {
  const find = `SELECT p.row::float8 AS row FROM search_passages p
     WHERE ${reach.condition} AND p.id = ANY($${reach.parameters.length + 1}::text[])`;
  return (await rowsOf<{ row: number }>(client, find, [...reach.parameters, ids])).map(({ row }) => row);
}

/** Whether the index holds vectors of the question's embedder. */
async function isComparable(client: SqlClient, vector: QueryVector): Promise<boolean> {
  const find = 'SELECT 1 FROM search_space WHERE embedder_id = $1 AND dimensions = $2';
  return (await rowsOf(client, find, [vector.embedderId, vector.values.length])).length > 0;
}

async function hasPassages(client: SqlClient, reach: Reach): Promise<boolean> {
  const find = `SELECT 1 FROM search_passages p WHERE ${reach.condition} LIMIT 1`;
  return (await rowsOf(client, find, [...reach.parameters])).length > 0;
}

function noneCompared(candidates: readonly Candidate[]): boolean {
  return candidates.length > 0 && candidates.every((candidate) => candidate.cosine === null);
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

function toHit({ score, cosine }: Scored, row: PassageColumns | undefined, stems: ReadonlySet<string>): SearchHit[] {
  return row ? [{ passage: toPassage(row), score, cosine, overlap: overlapOf(stems, row.text) }] : [];
}
