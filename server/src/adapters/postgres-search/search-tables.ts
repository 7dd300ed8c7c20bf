import { inTransaction, rowsOf, type SearchPool, type SqlClient } from './search-pool.ts';

/** Raised with every change of the tables or of how stems are made: older tables are made anew (derived data). */
const SCHEMA_VERSION = 4;

/** Any number, the same in all processes: who holds it may make the tables. */
const LOCK = 7_265_481_120;

/** How nearest vectors are found: by an HNSW index, or by comparing all of the owner's. */
export type VectorSupport = 'pgvector' | 'exact';

const TABLES = [
  'search_meta',
  'search_owners',
  'search_terms',
  'search_source_terms',
  'search_passages',
  'search_postings',
  'search_space',
];

const DROP = `DROP TABLE IF EXISTS search_vectors, ${TABLES.join(', ')} CASCADE`;

// The versions are new with every change, so that what is kept in memory is known to be old. They are no numbers: tables that are
// made anew would count from 1 again.
// What BM25 needs of a word lies together, some lines for each source: reading the passages for it took ten times as long.
const CREATE = `
  CREATE TABLE search_meta (version integer NOT NULL, vector_support text NOT NULL);
  CREATE TABLE search_owners (
    owner integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    owner_id text NOT NULL UNIQUE,
    passages integer NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    version uuid NOT NULL DEFAULT gen_random_uuid()
  );
  CREATE TABLE search_terms (
    owner integer NOT NULL,
    stem text NOT NULL,
    passages integer NOT NULL,
    PRIMARY KEY (owner, stem)
  );
  CREATE TABLE search_source_terms (
    owner integer NOT NULL,
    source_id text NOT NULL,
    version text NOT NULL,
    vectors_version uuid NOT NULL DEFAULT gen_random_uuid(),
    lecture_id text NOT NULL,
    course_id text NOT NULL,
    terms text NOT NULL,
    PRIMARY KEY (owner, source_id)
  );
  CREATE TABLE search_passages (
    row bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    owner integer NOT NULL,
    id text NOT NULL,
    source_id text NOT NULL,
    lecture_id text NOT NULL,
    course_id text NOT NULL,
    kind text NOT NULL,
    text_version integer NOT NULL,
    text text NOT NULL,
    context text NOT NULL,
    start_ms bigint,
    end_ms bigint,
    first_word integer,
    last_word integer,
    page integer,
    start_char integer,
    end_char integer,
    UNIQUE (owner, id)
  );
  CREATE INDEX search_passages_source ON search_passages (source_id, owner);
  CREATE TABLE search_postings (
    owner integer NOT NULL,
    stem text NOT NULL,
    block bigint NOT NULL,
    postings bigint[] NOT NULL,
    PRIMARY KEY (owner, stem, block)
  );
  CREATE TABLE search_space (
    embedder_id text NOT NULL,
    dimensions integer NOT NULL,
    version uuid NOT NULL DEFAULT gen_random_uuid()
  );
`;

/**
 * Makes the tables when they are missing, older, or made for a server that finds vectors in another way. One process
 * does it, the others wait.
 */
export async function ensureTables(pool: SearchPool): Promise<{ made: boolean; support: VectorSupport }> {
  return inTransaction(pool, 'BEGIN', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1::bigint)', [String(LOCK)]);
    const support = await findVectorSupport(client);
    if (await isCurrent(client, support)) return { made: false, support };
    await client.query(DROP);
    for (const statement of CREATE.split(';')) if (statement.trim()) await client.query(statement);
    await client.query('INSERT INTO search_meta VALUES ($1, $2)', [SCHEMA_VERSION, support]);
    return { made: true, support };
  });
}

async function isCurrent(client: SqlClient, support: VectorSupport): Promise<boolean> {
  const [there] = await rowsOf<{ all: boolean }>(
    client,
    'SELECT bool_and(to_regclass(name) IS NOT NULL) AS all FROM unnest($1::text[]) AS name',
    [TABLES],
  );
  if (!there?.all) return false;
  const [meta] = await rowsOf<{ version: number; vector_support: string }>(client, 'SELECT * FROM search_meta');
  return meta?.version === SCHEMA_VERSION && meta.vector_support === support;
}

/** Makes the extension when the server has it and the user may. halfvec came with pgvector 0.7. */
async function findVectorSupport(client: SqlClient): Promise<VectorSupport> {
  const find = 'SELECT to_regtype($1) IS NOT NULL AS there';
  const hasType = async (): Promise<boolean> => (await rowsOf<{ there: boolean }>(client, find, ['halfvec']))[0]?.there ?? false;
  if (await hasType()) return 'pgvector';
  const offered = await rowsOf(client, `SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`);
  if (offered.length === 0) return 'exact';
  await client.query('SAVEPOINT extension');
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT extension'); // the user may not
  }
  return (await hasType()) ? 'pgvector' : 'exact';
}
