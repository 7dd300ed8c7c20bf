import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { load as loadVectorExtension } from 'sqlite-vec';

export type SearchDatabase = Database.Database;

/** Raised with every change of the tables: an index of another version is made anew, never migrated (derived data). */
const SCHEMA_VERSION = 2;

/**
 * Rowids of an owner lie in a range of their own, so that one condition on the rowid keeps owners apart in all three
 * tables, and FTS5 leaps over the rows of others. 2^32 passages an owner and 2^20 owners stay below 2^53.
 */
const ROWS_PER_OWNER = 2n ** 32n;

const SCHEMA = `
  CREATE TABLE owner (number INTEGER PRIMARY KEY AUTOINCREMENT, owner_id TEXT NOT NULL UNIQUE);
  CREATE TABLE vector_space (number INTEGER PRIMARY KEY AUTOINCREMENT, embedder_id TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
  CREATE TABLE passage (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    lecture_id TEXT NOT NULL,
    course_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    text_version INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    start_ms INTEGER,
    end_ms INTEGER,
    first_word INTEGER,
    last_word INTEGER,
    page INTEGER,
    start_char INTEGER,
    end_char INTEGER,
    vector_space INTEGER
  );
  CREATE TABLE source_terms (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    lecture_id TEXT NOT NULL,
    course_id TEXT NOT NULL,
    terms TEXT NOT NULL,
    UNIQUE (owner, source_id)
  );
  CREATE TABLE vector (row INTEGER PRIMARY KEY, embedding BLOB NOT NULL);
  CREATE INDEX passage_id ON passage (id, row);
  CREATE INDEX passage_source ON passage (source_id, row);
  CREATE INDEX passage_lecture ON passage (lecture_id, row);
  CREATE INDEX passage_course ON passage (course_id, row);
  CREATE VIRTUAL TABLE words USING fts5(
    text, context, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2'
  );
  CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, 'row');
`;

/** Opens the index for writing and makes it when it is missing. Throws what SQLite throws when it is damaged. */
export function openForWriting(file: string): SearchDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file);
  try {
    // The index can be rebuilt, so a power cut may cost the last commits (NORMAL), but never the file's soundness.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('busy_timeout = 5000');
    loadVectorExtension(database);
    if (database.pragma('user_version', { simple: true }) === 0) {
      database.transaction(() => database.exec(SCHEMA).pragma(`user_version = ${SCHEMA_VERSION}`))();
    }
    requireVersion(database);
    database.prepare('SELECT count(*) FROM (SELECT row FROM passage LIMIT 1)').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens the index, which must be there, for reading. */
export function openForReading(file: string): SearchDatabase {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  database.pragma('busy_timeout = 5000');
  // Mapped pages are shared by all readers and are not copied; the vectors of 100,000 passages are 51 MB.
  database.pragma('mmap_size = 268435456');
  database.pragma('cache_size = -4000');
  loadVectorExtension(database);
  return database;
}

/** Statements of each open database by their text: compiling those of one search takes 2 ms. */
const compiled = new WeakMap<SearchDatabase, Map<string, unknown>>();

/** `database.prepare`, but the same text is compiled once. For the few statements of a search; never with values inside. */
export function prepared<Parameters extends unknown[], Row>(
  database: SearchDatabase,
  sql: string,
): Database.Statement<Parameters, Row> {
  const known = compiled.get(database) ?? new Map<string, unknown>();
  compiled.set(database, known);
  const statement = known.get(sql) ?? database.prepare<Parameters, Row>(sql);
  known.set(sql, statement);
  return statement as Database.Statement<Parameters, Row>; // what was prepared from this text
}

/** Removes the index with its journal. Returns whether there was one. */
export function deleteDatabase(file: string): boolean {
  const existed = existsSync(file);
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
  return existed;
}

/** The table for scanning the vectors of a space, by their sign bits. The vectors themselves lie in `vector`. */
export function signTable(space: number): string {
  return `signs_${space}`;
}

/** Makes the table of a new space. Throws when the dimensions are not those of a vector. */
export function createSignTable(database: SearchDatabase, space: number, dimensions: number): void {
  if (!Number.isInteger(dimensions) || dimensions < 1) throw new RangeError(`A vector has no ${dimensions} dimensions.`);
  const bits = Math.ceil(dimensions / 8) * 8;
  database.exec(`CREATE VIRTUAL TABLE ${signTable(space)} USING vec0(owner_id INTEGER PARTITION KEY, signs bit[${bits}])`);
}

export interface VectorSpace {
  readonly number: number;
  readonly dimensions: number;
}

/** The space of an embedder's vectors; null when the index holds none of it. */
export function findVectorSpace(database: SearchDatabase, embedderId: string): VectorSpace | null {
  const find = prepared<[string], VectorSpace>(database, 'SELECT number, dimensions FROM vector_space WHERE embedder_id = ?');
  return find.get(embedderId) ?? null;
}

/** An owner's number; null when nothing of the owner is indexed. */
export function findOwner(database: SearchDatabase, ownerId: string): number | null {
  const find = prepared<[string], { number: number }>(database, 'SELECT number FROM owner WHERE owner_id = ?');
  return find.get(ownerId)?.number ?? null;
}

/**
 * The rowids the passages of an owner may have, both ends included; all there are for null (the system scope). As
 * BigInt, since FTS5 reads a bound on rowids only from an integer, and numbers of this size would be bound as floats.
 */
export function rowRange(owner: number | null): [from: bigint, to: bigint] {
  if (owner === null) return [0n, BigInt(Number.MAX_SAFE_INTEGER)];
  return [BigInt(owner) * ROWS_PER_OWNER, (BigInt(owner) + 1n) * ROWS_PER_OWNER - 1n];
}

function requireVersion(database: SearchDatabase): void {
  const version = database.pragma('user_version', { simple: true });
  if (version === SCHEMA_VERSION) return;
  throw Object.assign(new Error(`The index has version ${String(version)}, not ${SCHEMA_VERSION}.`), { code: 'INDEX_VERSION' });
}
