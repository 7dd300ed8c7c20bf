import type { QueryVector, SearchHit, SearchQuery, SearchReply } from '../../core/ports/search-index.ts';
import { overlapOf, pairsIn } from '../../core/domain/content-terms.ts';
import { closerScore, firstScore, GOOD_OVERLAP, LOOKED_AT_CLOSER } from '../../core/domain/passage-score.ts';
import { parseQuery } from './match-expression.ts';
import { nearTerms } from './near-terms.ts';
import { toPassage, type PassageRow } from './passage-row.ts';
import { cosineWith } from './quantise.ts';
import { findByIds, findByMeaning, findByWords, hasPassages, reachOf } from './reach.ts';
import { findOwner, findVectorSpace, prepared, type SearchDatabase, type VectorSpace } from './search-database.ts';

/** Passages whose words match: their rows with bm25 (higher is better), and the stems that were looked for, in order. */
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
  const near = (stem: string): readonly string[] => nearTerms(database, stem);
  const { expression, stems } = parseQuery(text, { rowsWith: countRowsWith(database), near });
  const isNothing = expression === null || (ownerId !== null && owner === null);
  return { rows: isNothing ? new Map() : findByWords(database, reachOf(owner, filter), expression), stems };
}

export interface RankQuery extends Pick<SearchQuery, 'filter' | 'limit'> {
  readonly vector: QueryVector | null;
  /** Ids of the nearest passages when they are known already; null: all are compared. */
  readonly near: readonly string[] | null;
}

/**
 * The second half: puts the matches into order by words, meaning (cosine), neighbouring words and the passages around (`firstScore`,
 * `closerScore`). Where words do not match well they count as much less, and the nearest of all vectors join the candidates.
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
  const readRow = rowReader(database);
  const compare = query.vector && space ? comparer(database, query.vector.values) : (): null => null;
  const candidates = [...lexical].map(([row, bm25]): Candidate => ({ row, bm25, cosine: compare(row) }));
  const hits = (found: readonly Candidate[], wordsMatch: number): SearchHit[] =>
    best(database, { candidates: found, stems, wordsMatch, readRow, compare }, query.limit);
  if (!query.vector || !space) {
    const degraded = query.vector !== null && (candidates.length > 0 || hasPassages(database, reach));
    return { hits: hits(candidates, 1), degraded, mode: 'lexical' };
  }

  const wordsMatch = Math.max(0, ...candidates.slice(0, 5).map(({ row }) => overlapOf(stems, readRow(row).text)));
  if (wordsMatch > GOOD_OVERLAP) return { hits: hits(candidates, 1), degraded: noneCompared(candidates), mode: 'hybrid' };

  const nearest = query.near
    ? findByIds(database, reach, query.near)
    : findByMeaning(database, reach, space, query.vector.values);
  const near = nearest.filter((row) => !lexical.has(row));
  const all = [...candidates, ...near.map((row): Candidate => ({ row, bm25: 0, cosine: compare(row) }))];
  const degraded = all.length > 0 ? noneCompared(all) : hasPassages(database, reach);
  return { hits: hits(all, wordsMatch), degraded, mode: candidates.length > 0 ? 'hybrid' : 'dense' };
}

interface Candidate {
  readonly row: number;
  readonly bm25: number;
  readonly cosine: number | null;
}

interface Ranking {
  readonly candidates: readonly Candidate[];
  readonly stems: ReadonlySet<string>;
  /** How well words match, where they match badly; 1 else. */
  readonly wordsMatch: number;
  readonly readRow: (row: number) => PassageRow;
  /** Cosine of a row; null when it has no vector. */
  readonly compare: (row: number) => number | null;
}

/** The best of the candidates as hits: all by `firstScore`, the best of those again by `closerScore`. */
function best(database: SearchDatabase, ranking: Ranking, limit: number): SearchHit[] {
  const { candidates, stems, wordsMatch, readRow, compare } = ranking;
  const scoreOf = firstScore(candidates, wordsMatch);
  const byFirst = candidates.map((candidate) => ({ ...candidate, score: scoreOf(candidate) })).sort(byScore);
  const known = new Map(byFirst.map(({ row, score }) => [row, score]));
  const closer = byFirst.slice(0, LOOKED_AT_CLOSER).map((candidate) => ({ ...candidate, passage: readRow(candidate.row) }));
  const around = neighbours(
    database,
    closer.map(({ passage }) => passage),
  );
  const scored = closer.map(({ passage, ...candidate }) => ({
    ...candidate,
    score: closerScore({
      kind: passage.kind,
      first: candidate.score,
      pairs: pairsIn(stems, passage.text),
      wordsMatch,
      around: (around.get(candidate.row) ?? []).map((row) => known.get(row) ?? scoreOf({ bm25: 0, cosine: compare(row) })),
    }),
  }));
  scored.sort(byScore);
  // The others come after them, whatever they scored.
  const least = scored.at(-1)?.score ?? 0;
  const others = byFirst.slice(LOOKED_AT_CLOSER).map((candidate) => ({ ...candidate, score: Math.min(candidate.score, least) }));
  return [...scored, ...others].slice(0, Math.max(0, limit)).map(({ row, score, cosine }) => {
    const passage = readRow(row);
    return { passage: toPassage(passage), score, cosine, overlap: overlapOf(stems, passage.text) };
  });
}

function byScore(a: { row: number; score: number }, b: { row: number; score: number }): number {
  return b.score - a.score || a.row - b.row;
}

/** For each row those of the passages right before and after it in its source. They were put in one after the other. */
function neighbours(database: SearchDatabase, passages: readonly PassageRow[]): Map<number, readonly number[]> {
  const find = prepared<[string], Beside>(
    database,
    `SELECT row, source_id, text_version, first_word, last_word, page FROM passage WHERE row IN (SELECT value FROM json_each(?))`,
  );
  const beside = find.all(JSON.stringify([...new Set(passages.flatMap(({ row }) => [row - 1, row + 1]))]));
  const byRow = new Map(beside.map((passage) => [passage.row, passage]));
  return new Map(
    passages.map((passage) => {
      const [before, after] = [byRow.get(passage.row - 1), byRow.get(passage.row + 1)];
      const found = [before && follows(before, passage) && before.row, after && follows(passage, after) && after.row];
      return [passage.row, found.filter((row) => typeof row === 'number')];
    }),
  );
}

type Beside = Pick<PassageRow, 'row' | 'source_id' | 'text_version' | 'first_word' | 'last_word' | 'page'>;

/** Corrected passages are put in behind the others of their source, so that rows alone do not tell. */
function follows(first: Beside, second: Beside): boolean {
  if (first.source_id !== second.source_id || first.text_version !== second.text_version) return false;
  if (first.last_word !== null) return first.last_word + 1 === second.first_word;
  return first.page !== null && second.page !== null && second.page - first.page <= 1 && second.page >= first.page;
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

/** Reads a row once. */
function rowReader(database: SearchDatabase): (row: number) => PassageRow {
  const read = prepared<[bigint], PassageRow>(database, 'SELECT * FROM passage WHERE row = ?');
  const known = new Map<number, PassageRow>();
  return (row) => {
    const found = known.get(row) ?? read.get(BigInt(row));
    // All tables are written in one transaction and read in one, so only a damaged index can lack the row.
    if (!found) throw Object.assign(new Error(`The index names passage ${row}, which is not there.`), { code: 'SQLITE_CORRUPT' });
    known.set(row, found);
    return found;
  };
}

function comparer(database: SearchDatabase, vector: Float32Array): (row: number) => number | null {
  const read = prepared<[bigint], { embedding: Uint8Array }>(database, 'SELECT embedding FROM vector WHERE row = ?');
  const cosine = cosineWith(vector);
  return (row) => {
    const bytes = read.get(BigInt(row))?.embedding;
    return bytes ? cosine(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) : null;
  };
}

function noneCompared(candidates: readonly Candidate[]): boolean {
  return candidates.length > 0 && candidates.every((candidate) => candidate.cosine === null);
}
