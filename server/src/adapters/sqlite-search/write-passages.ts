import type { IndexedPassage } from '../../core/domain/passage.ts';
import { spaced } from '../../core/domain/content-terms.ts';
import { toRow, type PassageRow } from './passage-row.ts';
import { quantise, signBits } from './quantise.ts';
import {
  createSignTable,
  findOwner,
  findVectorSpace,
  rowRange,
  signTable,
  type SearchDatabase,
  type VectorSpace,
} from './search-database.ts';
import { putTerms, removeTerms } from './write-terms.ts';

/** Puts the passages in place of all the source had. Those whose id and text stay keep their vectors, wherever they stand now. One transaction. */
export function replacePassages(
  database: SearchDatabase,
  ownerId: string,
  sourceId: string,
  passages: readonly IndexedPassage[],
): void {
  database.transaction(() => {
    const owner = findOwner(database, ownerId) ?? addOwner(database, ownerId);
    const before = new Map(rowsOfSource(database, owner, sourceId).map((row) => [row.id, row]));
    const added: IndexedPassage[] = [];
    for (const passage of passages) {
      const row = before.get(passage.id);
      if (row && row.text === passage.text && row.context === passage.context) {
        before.delete(passage.id);
        if (!same(row, passage)) move(database, toRow(row.row, passage));
      } else added.push(passage);
    }
    deleteRows(database, [...before.values()]);
    addPassages(database, owner, added);
    putTerms(database, owner, sourceId, passages);
  })();
}

/** Removes all passages of a source; of every owner when `ownerId` is null. */
export function removeSource(database: SearchDatabase, ownerId: string | null, sourceId: string): void {
  database.transaction(() => {
    const owner = ownerId === null ? null : findOwner(database, ownerId);
    if (ownerId !== null && owner === null) return;
    deleteRows(database, rowsOfSource(database, owner, sourceId));
    removeTerms(database, owner, sourceId);
  })();
}

/** Gives passages their vectors. Ids that are not there are passed over. One transaction. */
export function addVectors(
  database: SearchDatabase,
  ownerId: string,
  embedderId: string,
  vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
): void {
  const dimensions = vectors[0]?.vector.length;
  if (dimensions === undefined) return;
  database.transaction(() => {
    const owner = findOwner(database, ownerId);
    if (owner === null) return;
    const space = findVectorSpace(database, embedderId) ?? replaceSpaces(database, embedderId, dimensions);
    const table = signTable(space.number);
    const [from, to] = rowRange(owner);
    const find = database.prepare<[string, bigint, bigint], { row: number }>(
      'SELECT row FROM passage WHERE id = ? AND row BETWEEN ? AND ?',
    );
    const putVector = database.prepare('INSERT OR REPLACE INTO vector (row, embedding) VALUES (?, ?)');
    const removeSigns = database.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    const putSigns = database.prepare(`INSERT INTO ${table} (rowid, owner_id, signs) VALUES (?, ?, vec_bit(?))`);
    const mark = database.prepare('UPDATE passage SET vector_space = ? WHERE row = ?');
    for (const { id, vector } of vectors) {
      const row = find.get(id, from, to)?.row;
      if (row === undefined) continue;
      putVector.run(BigInt(row), quantise(vector));
      removeSigns.run(BigInt(row));
      putSigns.run(BigInt(row), BigInt(owner), signBits(vector));
      mark.run(space.number, row);
    }
  })();
}

type StoredRow = PassageRow & { readonly vector_space: number | null };

function rowsOfSource(database: SearchDatabase, owner: number | null, sourceId: string): StoredRow[] {
  const [from, to] = rowRange(owner);
  const find = database.prepare<[string, bigint, bigint], StoredRow>(
    'SELECT * FROM passage WHERE source_id = ? AND row BETWEEN ? AND ?',
  );
  return find.all(sourceId, from, to);
}

function same(row: PassageRow, passage: IndexedPassage): boolean {
  const wanted = toRow(row.row, passage);
  return (Object.keys(wanted) as (keyof PassageRow)[]).every((column) => row[column] === wanted[column]); // keys of the row made here
}

/** Gives a row another place; its words and its vector stay. */
function move(database: SearchDatabase, row: PassageRow): void {
  const columns = Object.keys(row).filter((column) => column !== 'row');
  database
    .prepare(`UPDATE passage SET ${columns.map((column) => `${column} = @${column}`).join(', ')} WHERE row = @row`)
    .run(row);
}

function addPassages(database: SearchDatabase, owner: number, passages: readonly IndexedPassage[]): void {
  const [from, to] = rowRange(owner);
  const last = database.prepare<[bigint, bigint], { row: number | null }>(
    'SELECT max(row) AS row FROM passage WHERE row BETWEEN ? AND ?',
  );
  const columns = Object.keys(passages[0] ? toRow(0, passages[0]) : {});
  if (columns.length === 0) return;
  const insert = database.prepare(
    `INSERT INTO passage (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})`,
  );
  const insertWords = database.prepare('INSERT INTO words (rowid, text, context) VALUES (?, ?, ?)');
  let row = last.get(from, to)?.row ?? Number(from);
  for (const passage of passages) {
    insert.run(toRow(++row, passage));
    insertWords.run(BigInt(row), spaced(passage.text), spaced(passage.context));
  }
}

function deleteRows(database: SearchDatabase, rows: readonly StoredRow[]): void {
  const removePassage = database.prepare('DELETE FROM passage WHERE row = ?');
  const removeWords = database.prepare('DELETE FROM words WHERE rowid = ?');
  const removeVector = database.prepare('DELETE FROM vector WHERE row = ?');
  for (const { row, vector_space: space } of rows) {
    removePassage.run(row);
    removeWords.run(BigInt(row));
    if (space === null) continue;
    removeVector.run(row);
    database.prepare(`DELETE FROM ${signTable(space)} WHERE rowid = ?`).run(BigInt(row));
  }
}

function addOwner(database: SearchDatabase, ownerId: string): number {
  return Number(database.prepare('INSERT INTO owner (owner_id) VALUES (?)').run(ownerId).lastInsertRowid);
}

/** Drops the vectors of other embedders, which are of no more use, and makes room for those of this one. */
function replaceSpaces(database: SearchDatabase, embedderId: string, dimensions: number): VectorSpace {
  for (const { number } of database.prepare<[], VectorSpace>('SELECT number, dimensions FROM vector_space').all()) {
    database.exec(`DROP TABLE ${signTable(number)}`);
  }
  database.exec(
    'DELETE FROM vector; DELETE FROM vector_space; UPDATE passage SET vector_space = NULL WHERE vector_space IS NOT NULL;',
  );
  const insert = database.prepare('INSERT INTO vector_space (embedder_id, dimensions) VALUES (?, ?)');
  const number = Number(insert.run(embedderId, dimensions).lastInsertRowid);
  createSignTable(database, number, dimensions);
  return { number, dimensions };
}
