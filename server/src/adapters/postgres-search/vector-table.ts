import { cosineOf, quantise, signBits } from '../sqlite-search/quantise.ts';
import { keptSigns, type KeptSigns } from './kept-signs.ts';
import type { Reach } from './match-words.ts';
import type { VectorSupport } from './search-tables.ts';
import { rowsOf, type SqlClient } from './search-pool.ts';

/** Owners with at most so many passages are compared whole: a scan is fast, and loses nothing to a filter. */
export const SCANNED_PASSAGES = 20_000;

/** An HNSW index takes no more components of type halfvec. */
const MAX_INDEXED_DIMENSIONS = 4000;

/** Vectors that are sent to the server in one statement. */
const BATCH = 500;

/**
 * The table `search_vectors`, in one of two shapes. With pgvector: half-precision components under an HNSW index. Without:
 * the sign bits, which are kept in memory and scanned there, and signed bytes, by which the nearest of the scan are compared
 * exactly (as in SQLite, decision 0002), so that a search reads some kilobytes of vectors however many there are.
 */
export interface VectorTable {
  make(client: SqlClient, dimensions: number): Promise<void>;
  put(
    client: SqlClient,
    owner: number,
    vectors: readonly { readonly row: number; readonly vector: Float32Array }[],
  ): Promise<void>;
  /** The nearest rows, best first (by sign bits: roughly). */
  nearest(client: SqlClient, reach: Reach, vector: Float32Array, limit: number): Promise<number[]>;
  /** The cosine between the vector and those of the rows; rows without a vector are left out. */
  cosines(client: SqlClient, rows: readonly number[], vector: Float32Array): Promise<ReadonlyMap<number, number>>;
  /** The vectors of an owner's source, in order; their lengths mean nothing. */
  ofSource(client: SqlClient, ownerId: string, sourceId: string): Promise<{ id: string; vector: Float32Array }[]>;
}

export interface VectorTableOptions {
  /** Up to how many passages pgvector compares them all, and leaves its index aside. */
  readonly scannedPassages?: number;
  /** Memory for sign bits that lasts from one search to the next. */
  readonly signs?: KeptSigns;
}

export function vectorTableFor(support: VectorSupport, options: VectorTableOptions = {}): VectorTable {
  const { scannedPassages = SCANNED_PASSAGES, signs = keptSigns() } = options;
  return support === 'pgvector' ? pgvectorTable(scannedPassages) : scannedTable(signs);
}

const OWN_ROW = 'row bigint PRIMARY KEY REFERENCES search_passages ON DELETE CASCADE, owner integer NOT NULL';

/** The vectors that may be found; the passages are only looked at for a filter. */
function withinReach({ isFiltered, condition }: Reach): string {
  if (!isFiltered) return 'FROM search_vectors v WHERE v.owner = ANY($1::integer[])';
  return `FROM search_vectors v JOIN search_passages p ON p.row = v.row WHERE ${condition}`;
}

const OF_SOURCE = `FROM search_vectors v JOIN search_passages p ON p.row = v.row JOIN search_owners o ON o.owner = p.owner
  WHERE o.owner_id = $1 AND p.source_id = $2 ORDER BY p.row`;

const pgvectorTable = (scannedPassages: number): VectorTable => ({
  async make(client, dimensions) {
    await client.query(`CREATE TABLE search_vectors (${OWN_ROW}, embedding halfvec(${dimensions}) NOT NULL)`);
    if (dimensions > MAX_INDEXED_DIMENSIONS) return;
    await client.query('CREATE INDEX search_vectors_near ON search_vectors USING hnsw (embedding halfvec_cosine_ops)');
  },
  put(client, owner, vectors) {
    const rows = vectors.map(({ row, vector }) => ({ row, owner, embedding: toLiteral(vector) }));
    return insert(client, rows, 'embedding text', 'embedding', 'x.embedding::halfvec');
  },
  async nearest(client, reach, vector, limit) {
    const distance = `v.embedding <=> $${reach.parameters.length + 1}::text::halfvec`;
    const isScanned = reach.passages <= scannedPassages;
    // From pgvector 0.8 on; before it the index gives up after ef_search rows, and refuses the name.
    if (!isScanned && (await iteratesScans(client))) await client.query(`SET LOCAL hnsw.iterative_scan = 'strict_order'`);
    if (!isScanned) await client.query(`SET LOCAL hnsw.ef_search = 200`);
    const found = await rowsOf<{ row: number }>(
      client,
      // Adding nothing keeps the index out, which would look among everybody's vectors first.
      `SELECT v.row::float8 AS row ${withinReach(reach)} ORDER BY ${isScanned ? `(${distance}) + 0` : distance} LIMIT ${limit}`,
      [...reach.parameters, toLiteral(vector)],
    );
    return found.map(({ row }) => row);
  },
  async cosines(client, rows, vector) {
    const found = await rowsOf<{ row: number; cosine: number }>(
      client,
      // A vector without length is near to nothing; pgvector calls its distance NaN.
      `SELECT row::float8 AS row, 1 - coalesce(nullif(embedding <=> $2::text::halfvec, 'NaN'), 1) AS cosine
       FROM search_vectors WHERE row = ANY($1::bigint[])`,
      [rows, toLiteral(vector)],
    );
    return new Map(found.map(({ row, cosine }) => [row, cosine]));
  },
  async ofSource(client, ownerId, sourceId) {
    const select = `SELECT p.id, v.embedding::text AS embedding ${OF_SOURCE}`;
    const found = await rowsOf<{ id: string; embedding: string }>(client, select, [ownerId, sourceId]);
    return found.map(({ id, embedding }) => ({ id, vector: Float32Array.from(embedding.slice(1, -1).split(','), Number) }));
  },
});

const scannedTable = (signs: KeptSigns): VectorTable => ({
  async make(client) {
    await client.query(`CREATE TABLE search_vectors (${OWN_ROW}, signs varbit NOT NULL, embedding bytea NOT NULL)`);
    // 512 bytes of noise: compressing them would only cost time.
    await client.query('ALTER TABLE search_vectors ALTER COLUMN embedding SET STORAGE EXTERNAL');
  },
  put(client, owner, vectors) {
    const rows = vectors.map(({ row, vector }) => ({
      row,
      owner,
      signs: toBits(vector),
      embedding: Buffer.from(quantise(vector)).toString('base64'),
    }));
    const values = `x.signs::varbit, decode(x.embedding, 'base64')`;
    return insert(client, rows, 'signs text, embedding text', 'signs, embedding', values);
  },
  async nearest(client, reach, vector, limit) {
    const [only, ...others] = reach.owners;
    if (!only) return [];
    const query = { owner: only.owner, passages: reach.passages, filter: reach.filter, vector, limit };
    const near = others.length === 0 ? await signs.nearest(client, query) : null;
    if (near) return near;
    const found = await rowsOf<{ row: number }>(
      client,
      `SELECT v.row::float8 AS row ${withinReach(reach)} ORDER BY bit_count(v.signs # $${reach.parameters.length + 1}::text::varbit) LIMIT ${limit}`,
      [...reach.parameters, toBits(vector)],
    );
    return found.map(({ row }) => row);
  },
  async cosines(client, rows, vector) {
    const found = await rowsOf<{ row: number; embedding: Uint8Array }>(
      client,
      'SELECT row::float8 AS row, embedding FROM search_vectors WHERE row = ANY($1::bigint[])',
      [rows],
    );
    return new Map(
      found.map(({ row, embedding: bytes }) => [
        row,
        cosineOf(vector, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
      ]),
    );
  },
  async ofSource(client, ownerId, sourceId) {
    const select = `SELECT p.id, v.embedding ${OF_SOURCE}`;
    const found = await rowsOf<{ id: string; embedding: Uint8Array }>(client, select, [ownerId, sourceId]);
    return found.map(({ id, embedding: bytes }) => ({
      id,
      vector: Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    }));
  },
});

async function insert(client: SqlClient, rows: readonly object[], types: string, columns: string, values: string): Promise<void> {
  const updates = columns.split(', ').map((column) => `${column} = excluded.${column}`);
  for (let start = 0; start < rows.length; start += BATCH) {
    await client.query(
      `INSERT INTO search_vectors (row, owner, ${columns})
       SELECT x.row, x.owner, ${values} FROM jsonb_to_recordset($1::text::jsonb) AS x(row bigint, owner integer, ${types})
       ON CONFLICT (row) DO UPDATE SET ${updates.join(', ')}`,
      [JSON.stringify(rows.slice(start, start + BATCH))],
    );
  }
}

/** pgvector's text form. A half keeps 11 bits, so 6 digits lose nothing. */
function toLiteral(vector: Float32Array): string {
  return `[${Array.from(vector, (component) => component.toPrecision(6)).join(',')}]`;
}

function toBits(vector: Float32Array): string {
  return Array.from(signBits(vector), (byte) => byte.toString(2).padStart(8, '0')).join('');
}

async function iteratesScans(client: Parameters<VectorTable['nearest']>[0]): Promise<boolean> {
  const [extension] = await rowsOf<{ version: string }>(
    client,
    `SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'`,
  );
  const [major = 0, minor = 0] = (extension?.version ?? '').split('.').map(Number);
  return major > 0 || minor >= 8;
}
