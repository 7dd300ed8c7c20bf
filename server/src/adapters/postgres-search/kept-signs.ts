import type { SearchQuery } from '../../core/ports/search-index.ts';
import { rowsOf, type SqlClient } from './search-pool.ts';
import { nearestBySigns, readSignBlock, type SignBlock } from './sign-matrix.ts';

/** The most passages of one owner that are kept: 9 MB of memory at 512 components, and some 13 ms of the event loop for a look at all of them. */
const MAX_OF_OWNER = 100_000;

/** The most passages of all owners together; those who asked longest ago make room. */
const MAX_PASSAGES = 500_000;

/** Sources that are read in one statement: 100 of 100 passages are about 1 MB. */
const BATCH = 100;

const READ_SIGNS = `SELECT p.source_id AS "sourceId", p.lecture_id AS "lectureId", p.course_id AS "courseId", p.kind,
    string_agg(int8send(p.row) || float8send(coalesce(p.start_ms, 'NaN'::float8)) || float8send(coalesce(p.end_ms, 'NaN'::float8))
      || varbit_send(v.signs), ''::bytea) AS records
  FROM search_passages p JOIN search_vectors v ON v.row = p.row
  WHERE p.owner = $1 AND p.source_id = ANY($2::text[]) GROUP BY 1, 2, 3, 4`;

export interface SignsQuery {
  readonly owner: number;
  /** How many passages the owner has. */
  readonly passages: number;
  readonly filter: SearchQuery['filter'];
  readonly vector: Float32Array;
  readonly limit: number;
}

export interface KeptSigns {
  /** The owner's nearest rows as they stand in the tables; null when the owner has too many passages to be kept here. */
  nearest(client: SqlClient, query: SignsQuery): Promise<number[] | null>;
}

interface Source {
  readonly version: string;
  readonly blocks: readonly SignBlock[];
}

interface Matrix {
  /** Of the state that was read: changes with every writing, by whichever process. */
  version: string;
  sources: ReadonlyMap<string, Source>;
  passages: number;
  /** Reads one after the other, so that many questions at once read only once. */
  turn: Promise<unknown>;
}

/**
 * Keeps the sign bits of owners that were asked for last in memory, and compares them here: the server takes several times as
 * long for it, in three processes (decision 0005). Each look asks for the owner's version, and only sources that changed are read again.
 */
export function keptSigns(): KeptSigns {
  const kept = new Map<number, Matrix>();
  return {
    async nearest(client, { owner, passages, filter, vector, limit }) {
      if (passages > MAX_OF_OWNER) return null;
      const matrix = kept.get(owner) ?? { version: '', sources: new Map(), passages: 0, turn: Promise.resolve() };
      kept.delete(owner);
      kept.set(owner, matrix); // the last one is the one that was asked for last
      const read = matrix.turn.then(() => bringUpToDate(client, owner, matrix));
      matrix.turn = read.catch(() => {}); // told to who reads
      await read;
      makeRoom(kept, owner);
      const blocks = [...matrix.sources.values()].flatMap((source) => source.blocks);
      return nearestBySigns(blocks, vector, { filter, limit });
    },
  };
}

async function bringUpToDate(client: SqlClient, owner: number, matrix: Matrix): Promise<void> {
  const [head] = await rowsOf<{ version: string }>(
    client,
    `SELECT concat_ws(' ', o.version, s.version) AS version FROM search_owners o, search_space s WHERE o.owner = $1`,
    [owner],
  );
  if (!head || head.version === matrix.version) return;
  // With the version of the space: vectors of another model, or tables made anew, make all of it old.
  const listed = await rowsOf<{ sourceId: string; version: string }>(
    client,
    `SELECT t.source_id AS "sourceId", concat_ws(' ', t.vectors_version, s.version) AS version
     FROM search_source_terms t, search_space s WHERE t.owner = $1`,
    [owner],
  );
  const sources = new Map<string, Source>();
  const changed = new Map<string, string>();
  for (const { sourceId, version } of listed) {
    const known = matrix.sources.get(sourceId);
    if (known?.version === version) sources.set(sourceId, known);
    else changed.set(sourceId, version);
  }
  const names = [...changed.keys()];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const blocks = await readBlocks(client, owner, batch);
    for (const name of batch) sources.set(name, { version: changed.get(name) ?? '', blocks: blocks.get(name) ?? [] });
  }
  matrix.sources = sources;
  matrix.passages = sizeOf(sources);
  matrix.version = head.version;
}

interface BlockRow {
  readonly sourceId: string;
  readonly lectureId: string;
  readonly courseId: string;
  readonly kind: string;
  readonly records: Uint8Array;
}

async function readBlocks(client: SqlClient, owner: number, sourceIds: readonly string[]): Promise<Map<string, SignBlock[]>> {
  const found = await rowsOf<BlockRow>(client, READ_SIGNS, [owner, sourceIds]);
  const blocks = new Map<string, SignBlock[]>();
  for (const { sourceId, records, lectureId, courseId, kind } of found) {
    const block = readSignBlock(records, { lectureId, courseId, kind });
    const others = blocks.get(sourceId);
    if (others) others.push(block);
    else blocks.set(sourceId, [block]);
  }
  return blocks;
}

function sizeOf(sources: ReadonlyMap<string, Source>): number {
  let passages = 0;
  for (const { blocks } of sources.values()) for (const { rows } of blocks) passages += rows.length;
  return passages;
}

function makeRoom(kept: Map<number, Matrix>, asking: number): void {
  let passages = 0;
  for (const matrix of kept.values()) passages += matrix.passages;
  for (const [owner, matrix] of kept) {
    if (passages <= MAX_PASSAGES) return;
    if (owner === asking) continue;
    kept.delete(owner);
    passages -= matrix.passages;
  }
}
